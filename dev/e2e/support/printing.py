"""What a till prints, kept for a look: Chromium without a screen has no printer."""

from playwright.sync_api import expect

# The paper is as wide as core's style sheet for printing makes it.
KEEP = """() => {
    window.print = (element) => {
        const paper = document.createElement("div");
        paper.className = "kept-print pos-receipt-print bg-white text-black";
        paper.style = "position: fixed; inset: 0 auto auto 0; z-index: 9999; width: 300px;"
            + "font-size: 14px";
        paper.append(element.cloneNode(true));
        document.body.append(paper);
    };
}"""


def keep_prints(till):
    """Have the till's page show what it prints, instead of printing it."""
    till.page.evaluate(KEEP)


def take_print(till, picture):
    """Return the text of what was printed last, save its picture, and clear the screen.

    :param str picture: the name of the picture in ``.dev/screenshots``
    """
    paper = till.page.locator(".kept-print")
    expect(paper).to_have_count(1)
    text = paper.inner_text()
    till.picture_of(paper, picture)
    paper.evaluate("paper => paper.remove()")
    return text
