"""Who may move money: refunds, adoption, settled payments."""

from .rule import Rule

TARGET = "a refund takes its target and limit from the journal"
ADOPTION = "a payment of core's pos_stripe is adopted as Stripe has it, by a manager"
SETTLED = "what Stripe has settled is not edited"

SUBJECTS = (TARGET, ADOPTION, SETTLED)

_ADOPTION = "models/pos_stripe_payment_adoption.py"
_CHECKS = "stripe_terminal/adoption.py"
_GUARD = "models/pos_payment_settled.py"
_TARGETS = "tests/test_refund_target.py::TestRefundTarget::"
_ADOPTED = _TARGETS + "test_what_stripe_must_say"
_FACTS = "stripe_terminal/tests/test_adoption.py::test_one_fact_that_differs_is_a_refusal"
_EDITS = "tests/test_settled_payment.py::TestSettledPayment::"

RULES = (
    Rule(
        TARGET,
        "Stripe is told the PaymentIntent of the journal, not the id on the payment",
        "flows/refund.py",
        '{"payment_intent": original.payment_intent}',
        '{"payment_intent": original.payment_id.transaction_id}',
        (_TARGETS + "test_what_a_paid_row_is_linked_to",),
    ),
    Rule(
        TARGET,
        "a payment has the journal's row of its own line and order, whatever uuid is written on it",
        _ADOPTION,
        "            and self.payment_id in (pos_payment, self.payment_id.browse())\n"
        "            and self.order_uuid == pos_payment.pos_order_id.uuid\n",
        "",
        (_TARGETS + "test_the_uuid_of_another_line",),
    ),
    Rule(
        TARGET,
        "what may be refunded is what is left of the journal's payment",
        "flows/refund.py",
        "row.refundable_minor = original._left_minor(but=row)",
        "row.refundable_minor = row.amount_minor",
        ("tests/test_refund.py::TestRefund::test_more_than_is_left",),
    ),
    Rule(
        TARGET,
        "a row that was made of what cashiers can write is not refunded when a till asks",
        "models/pos_stripe_payment_refund.py",
        "(row.payment_intent or row.charge) and row._is_proven())",
        "(row.payment_intent or row.charge))",
        (_TARGETS + "test_a_row_of_the_version_before",),
    ),
    Rule(
        TARGET,
        "a refund that was asked for of one payment is never asked for of another",
        "models/pos_stripe_payment_refund.py",
        "            or is_being_made\n",
        "",
        (_TARGETS + "test_a_running_refund_keeps_its_payment",),
    ),
    Rule(
        ADOPTION,
        "it was made with a card reader",
        _CHECKS,
        'TERMINAL: details.get("type") in CARD_KINDS',
        "TERMINAL: True",
        (_FACTS,),
    ),
    Rule(
        ADOPTION,
        "it succeeded",
        _CHECKS,
        '(intent["status"], charge["status"]) == ("succeeded", "succeeded")',
        "True",
        (_FACTS,),
    ),
    Rule(
        ADOPTION,
        "it has the amount and currency of the order",
        _CHECKS,
        "AMOUNT: (charge",
        "AMOUNT: True or (charge",
        (_FACTS,),
    ),
    Rule(
        ADOPTION,
        "it was made within a day of the payment",
        _CHECKS,
        'abs(charge["created"] - recorded.paid_at) <= MAX_DISTANCE',
        "True",
        (_FACTS,),
    ),
    Rule(
        ADOPTION,
        "it has no other system's metadata",
        _CHECKS,
        "return not metadata or (",
        "return True or (",
        (_FACTS,),
    ),
    Rule(
        ADOPTION,
        "no other row claims it",
        _ADOPTION,
        "is_claimed = bool(self._other_claims(pos_payment, found))",
        "is_claimed = False",
        (_ADOPTED, _TARGETS + "test_one_charge_is_adopted_once"),
    ),
    Rule(
        ADOPTION,
        "only a manager adopts",
        _ADOPTION,
        'if not self.env.user.has_group("point_of_sale.group_pos_manager"):',
        "if False:",
        (_TARGETS + "test_a_manager_only",),
    ),
    Rule(
        ADOPTION,
        "what was shown is checked again when the manager confirms",
        _ADOPTION,
        "        if failed:\n            raise",
        "        if False:\n            raise",
        (_TARGETS + "test_one_charge_is_adopted_once",),
    ),
    Rule(
        SETTLED,
        "a settled card payment does not become cash",
        _GUARD,
        "        if changed:\n",
        "        if False:\n",
        (_EDITS + "test_edit_payment_of_the_receipt_screen", _EDITS + "test_a_refund"),
    ),
    Rule(
        SETTLED,
        "cash becomes a card payment by no cashier's edit",
        _GUARD,
        "        (self._claims_a_card() - before)._check_claims()\n",
        "",
        (_EDITS + "test_a_cashier_makes_no_card_payment",),
    ),
    Rule(
        SETTLED,
        "a request cannot pretend to be an order that a till sends",
        _GUARD,
        'self.env.context.get("stripe_till_order") is not TILL_ORDER',
        'not self.env.context.get("stripe_till_order")',
        (_EDITS + "test_the_sentinel_is_not_forged",),
    ),
    Rule(
        SETTLED,
        "what a manager records as a card payment is marked",
        _GUARD,
        "                )\n            )\n        self._link_stripe_payments()\n",
        "                )\n            )\n",
        (_EDITS + "test_a_manager_does_and_it_is_marked",),
    ),
)
