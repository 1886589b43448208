"""Who may move money: PINs, and what one cashier can have others wait for."""

from .rule import Rule

PIN = "a right is checked against more than the id that a till sends"
STALL = "no cashier can stall all payments"
REFUND_PIN = "card refunds need a manager's PIN where the register says so"

SUBJECTS = (PIN, STALL, REFUND_PIN)

_CONFIG = "models/pos_config.py"
_PINS = "tests/test_pin.py::TestPin::"
_LISTINGS = "tests/test_closing_listing.py::TestClosingListing::"

RULES = (
    Rule(
        PIN,
        "where the employee has a PIN, the server verifies it",
        _CONFIG,
        "if employee.pin and not late:",
        "if False:",
        (_PINS + "test_the_wrong_pin_and_none", _PINS + "test_closing_with_a_difference"),
    ),
    Rule(
        PIN,
        "an employee without advanced rights forces nothing",
        _CONFIG,
        "employee = self._stripe_terminal_advanced_employees().filtered(\n"
        "            lambda one: one.id == employee_id\n"
        "        )",
        'employee = self.env["hr.employee"].sudo().search([("id", "=", employee_id)])',
        (_PINS + "test_others_have_no_such_right", _PINS + "test_closing_with_a_difference"),
    ),
    Rule(
        PIN,
        "wrong PINs lock for minutes",
        "models/pos_stripe_pin_guard.py",
        "if locked_until > now:",
        "if False:",
        (_PINS + "test_five_wrong_pins_lock",),
    ),
    Rule(
        PIN,
        "a PIN is masked in whatever is logged or kept",
        "stripe_terminal/scrub.py",
        '        "pin",\n',
        "",
        (_PINS + "test_a_pin_is_a_secret",),
    ),
    Rule(
        PIN,
        "where it cannot be verified, journal and chatter say so",
        _CONFIG,
        'return self.env._("%s (as the till says)", employee.name)',
        "return employee.name",
        (_PINS + "test_without_a_pin_it_is_the_tills_word", _PINS + "test_the_note_on_the_session"),
    ),
    Rule(
        STALL,
        "only open sessions are compared",
        "models/pos_session.py",
        'if self.state == "closed":',
        "if False:",
        (_LISTINGS + "test_a_closed_session_is_not_compared",),
    ),
    Rule(
        STALL,
        "listings have a small pool of their own",
        "runner.py",
        "return _listings if model == LISTING else _payments",
        "return _payments",
        (
            "tests/test_runner.py::TestRunner::"
            "test_listings_do_not_take_the_payments_places_in_the_database",
        ),
    ),
    Rule(
        STALL,
        "registers of one account share a listing",
        "models/pos_stripe_listing_work.py",
        "        comparisons = self._waiting(self.number + 1)\n        if not comparisons:\n",
        "        comparisons = self._waiting(self.number + 1)[:1]\n        if not comparisons:\n",
        (_LISTINGS + "test_registers_that_close_at_once_share_one_listing",),
    ),
    Rule(
        STALL,
        "as long as pages arrive, Stripe can be asked",
        "models/pos_stripe_comparison.py",
        " or self._listings()._has_progressed(PATIENCE)",
        "",
        (_LISTINGS + "test_as_long_as_pages_arrive_stripe_can_be_asked",),
    ),
    Rule(
        STALL,
        "the till is told how far the comparison is",
        "models/pos_stripe_comparison_messages.py",
        '        if not count:\n            return ""\n        return self.env._(\n'
        '            "%s payments',
        '        if True:\n            return ""\n        return self.env._(\n'
        '            "%s payments',
        (_LISTINGS + "test_the_till_is_told_how_far_it_is",),
    ),
    Rule(
        REFUND_PIN,
        "without the PIN nothing is written",
        _CONFIG,
        "        if not employee or not pin:\n            raise AccessError(",
        "        if not employee or not pin:\n            return self.env.user.name\n"
        "            raise AccessError(",
        (
            "tests/test_pin.py::TestRefundPin::test_without_it_nothing_is_written",
            "tests/test_pin.py::TestRefundPin::test_a_payment_without_an_order",
        ),
    ),
    Rule(
        REFUND_PIN,
        "it is off at first",
        _CONFIG,
        "    stripe_refund_pin = fields.Boolean(\n",
        "    stripe_refund_pin = fields.Boolean(\n        default=True,\n",
        ("tests/test_pin.py::TestRefundPin::test_it_is_off_at_first",),
    ),
)
