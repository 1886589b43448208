import { _t } from "@web/core/l10n/translation";

export const refundedTexts = (facts) => ({
    title: _t("The refund was made"),
    body: _t(
        "%(amount)s was refunded before the refund could be canceled. Order %(order)s stays, with its refunded line.",
        facts
    ),
});

export const runningRefundTexts = (facts) => ({
    title: _t("A card refund is running"),
    body: _t(
        "A refund of %(amount)s for order %(order)s is in progress. To go on, this refund has to be canceled first.",
        facts
    ),
    confirmLabel: _t("Cancel the refund"),
    cancelLabel: _t("Stay here"),
});

export const unknownRefundTexts = (facts) => ({
    title: _t("Is the money on its way?"),
    body: _t(
        "It is not known yet whether the refund of %(amount)s for order %(order)s was made. If you go on, it is not made unless Stripe has it already. Do not refund it in cash before you know.",
        facts
    ),
    cancelLabel: _t("Go back"),
});
