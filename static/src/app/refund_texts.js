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
