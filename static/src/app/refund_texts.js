import { _t } from "@web/core/l10n/translation";

/** Whether the server can make a refund later, without the card. */
export function isRefundWithoutReader(line, datum) {
    return Boolean(line.stripe_refunded_uuid) && !datum?.on_reader;
}

export const forceRefundTexts = (amount) => ({
    title: _t("Refund later?"),
    body: _t(
        "Stripe cannot be asked now. If you go on, the order counts as refunded, and %s go back to the card as soon as Stripe answers. Do not give the money back in another way.",
        amount
    ),
    confirmLabel: _t("Refund later"),
    cancelLabel: _t("Go back"),
});

export const forceReaderRefundTexts = (amount) => ({
    title: _t("Force this refund?"),
    body: _t(
        "Stripe cannot be asked whether the money went back. Look at the reader: go on only if it shows that the refund of %s was approved. The refund stays marked as unverified until Stripe confirms it.",
        amount
    ),
    confirmLabel: _t("The reader shows it as approved"),
    cancelLabel: _t("Go back"),
});

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
