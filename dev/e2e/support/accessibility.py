"""What people need who do not see well or use no mouse: axe's looks, and the keyboard."""

from playwright.sync_api import expect

from harness import npm, paths

PACKAGE = ("axe-core", "4.14.1")
DIALOG = ".modal:not(.o_inactive_modal) .modal-content"
# Of the impacts that axe knows, those that keep somebody from working.
GRAVE = ["serious", "critical"]
# What core draws in our views, or around what is ours, as it does in its own.
OF_CORE = [
    ".payment-method-icon",
    ".o_field_badge",
    ".o_notebook_headers",
    ".o_optional_columns_dropdown",
    ".o_list_record_selector",
    ".o_field_many2many_tags",
    ".o_select_menu",
    ".o_clipboard_button",
    ".o_setting_right_pane > .text-muted",
]
# A dialog that fades in has no contrast yet; what turns or pulses has no end.
SETTLE = """() => Promise.all(
    document.getAnimations()
        .filter((it) => it.effect.getComputedTiming().endTime < Infinity)
        .map((it) => it.finished.catch(() => {}))
)"""
RUN = """async ([ours, ofCore, grave]) => {
    const selected = (all) => all.map((selector) => [selector]);
    const context = { include: selected(ours), exclude: selected(ofCore) };
    const { violations } = await axe.run(context, { iframes: false });
    return violations.filter(({ impact }) => grave.includes(impact)).flatMap((rule) =>
        rule.nodes.map((node) => {
            const why = node.failureSummary.split("\\n").slice(1).join(";").trim();
            return `${rule.id} (${rule.impact}) at ${node.target}: ${why}: ${node.html}`;
        })
    );
}"""
HAS_FOCUS = "(it) => it === document.activeElement"
HAS_RING = "(it) => parseFloat(getComputedStyle(it).outlineWidth) >= 3"
MOST_TABS = 80


class Looks:
    """Axe's looks at a page, one after the other.

    :param page: Playwright's page
    """

    def __init__(self, page):
        self.page = page
        self._problems = []

    def at(self, screen, *ours):
        """Have axe look at parts of what the page shows, and save a picture of it.

        :param screen: what the page shows, for messages and the picture's name
        :param ours: CSS selectors of the elements to look at, each of which has to be visible
        """
        for selector in ours:
            expect(self.page.locator(selector).locator("visible=true").first).to_be_visible()
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate((npm.ensure(*PACKAGE) / "axe.min.js").read_text())
        self.page.evaluate(SETTLE)
        paths.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=paths.SCREENSHOTS / f"axe_{screen}.png")
        found = self.page.evaluate(RUN, [list(ours), OF_CORE, GRAVE])
        self._problems += [f"{screen}: {text}" for text in found]

    def find_nothing(self):
        """Fail where axe has found something serious.

        :raises AssertionError: with axe's rule, the element and what is wrong, for each
        """
        assert not self._problems, "\n".join(self._problems)


def press(control, key="Space", *, is_ours=True):
    """Go to a control with Tab, and press a key there.

    :param control: its Playwright locator
    :param is_ours: whether it has to show that it has the focus
    :raises AssertionError: Tab does not reach it, or nobody sees that it has
    """
    expect(control).to_be_visible()
    for _ in range(MOST_TABS):
        if control.evaluate(HAS_FOCUS):
            break
        control.page.keyboard.press("Tab")
    assert control.evaluate(HAS_FOCUS), f"Tab does not reach {control}"
    assert not is_ours or control.evaluate(HAS_RING), f"nobody sees that {control} has the focus"
    control.page.keyboard.press(key)
