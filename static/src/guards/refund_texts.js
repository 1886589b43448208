import { _t } from "@web/core/l10n/translation";

export const refundedTexts = (facts) => ({
    title: _t("The money went back"),
    body: _t(
        "%(amount)s went back to the card before the refund could be canceled. Order %(order)s stays, with its refunded line.",
        facts
    ),
});

export const runningRefundTexts = (facts) => ({
    title: _t("A card refund is running"),
    body: _t(
        "%(amount)s of order %(order)s are on their way back to a card. To go on, this refund has to be canceled first.",
        facts
    ),
    confirmLabel: _t("Cancel the refund"),
    cancelLabel: _t("Stay here"),
});

export const unknownRefundTexts = (facts) => ({
    title: _t("Is the money on its way?"),
    body: _t(
        "It is not known yet whether the refund of %(amount)s for order %(order)s was made. If you go on, it is not made unless Stripe has it already. Give nothing back in cash before you know.",
        facts
    ),
    cancelLabel: _t("Go back"),
});
