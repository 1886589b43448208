"""What a cashier sees and can press at each size of a till, also in the system's colours."""

from .till import SIZES

# The sizes, and whether the system forces its colours on the page.
LOOKS = [("desktop", "none"), ("tablet", "none"), ("phone", "none"), ("phone", "active")]
# What is pressed: in the dialog on top, else everything of ours and what notices offer.
CONTROLS = (
    "body:not(:has(.modal)) :is(.stripe_terminal_status, .stripe_terminal_unattached,"
    " .o_notification) button, body:not(:has(.modal)) :is(.stripe_terminal_split, .paymentmethod),"
    " .modal:not(.o_inactive_modal) button"
)
# A screen scrolls as a whole, its parts do not.
SCREENS = ".payment-screen, .payment-summary, .modal"
# Why a control cannot be pressed or read, by its text; what lies above it is asked for its middle.
PROBLEMS = """(controls, SCREENS) => controls.filter((it) => it.checkVisibility()).flatMap((it) => {
    it.scrollIntoView({ block: "center", inline: "nearest" });
    const { left, right, top, bottom } = it.getBoundingClientRect();
    const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const style = getComputedStyle(it);
    const found = [];
    if (left < 0 || top < 0 || right > innerWidth + 1 || bottom > innerHeight + 1) {
        found.push("is outside");
    }
    if (!it.matches(":disabled, .disabled") && !it.contains(above)) {
        found.push(`is below ${above && above.className}`);
    }
    for (let box = it.parentElement; box && !box.matches(SCREENS); box = box.parentElement) {
        const scrolls = ["auto", "scroll"].includes(getComputedStyle(box).overflowY);
        if (scrolls && box.scrollHeight > box.clientHeight + 1) {
            found.push("is in a part that is cut");
        }
    }
    if (it.scrollWidth > it.clientWidth + 1) {
        found.push("is cut");
    }
    const isForced = matchMedia("(forced-colors: active)").matches;
    const isBare = style.borderStyle === "none" || style.borderWidth === "0px";
    if (isForced && isBare && !it.matches(".btn-close, .o_notification_close")) {
        found.push("has no border");
    }
    return found.map((problem) => `${it.innerText.trim() || it.className} ${problem}`);
})"""


def look_at(till, name):
    """Take pictures of the page at each size, and in forced colours.

    :param till: the :class:`~support.till.Till`
    :param name: how the pictures' names in ``.dev/screenshots`` begin
    :return: a text for each control of ours that cannot be reached or told from the background
    """
    page, before, problems = till.page, till.page.viewport_size, []
    for device, colors in LOOKS:
        width, height = SIZES[device]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(forced_colors=colors)
        page.wait_for_timeout(200)
        till.screenshot(f"looks_{name}_{device}" + ("_forced" if colors == "active" else ""))
        found = page.locator(CONTROLS).evaluate_all(PROBLEMS, SCREENS)
        problems += [f"{name}, {device}, forced colours {colors}: {text}" for text in found]
    page.emulate_media(forced_colors="none")
    page.set_viewport_size(before)
    return problems
