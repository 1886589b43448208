import { animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { UnattachedPayments } from "@pos_payment_stripe/app/payments/unattached_payments";
import { makeServerError, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { addStripeMethod } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

const payment = (id, amount) => ({
    id,
    line_uuid: `line-${id}`,
    amount,
    card: `Visa ${id}`,
    paid_at: "12:00",
    register: "Counter",
});
const NOTICE = ".stripe_terminal_unattached";

beforeEach(() => {
    addStripeMethod();
    onRpc("/pos_payment_stripe/status", () => []);
    onRpc("/pos_payment_stripe/unattached", () => [
        payment(1, 2),
        { ...payment(2, 500), problem: "Stripe refuses the refund." },
    ]);
    onRpc("/pos_payment_stripe/refund_unattached", () => ({}));
});

async function showNotices() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    await mountWithCleanup(UnattachedPayments, { props: { order } });
    await animationFrame();
    expect(NOTICE).toHaveCount(2);
}

test("the payment that is refunded goes, and no other", async () => {
    await showNotices();
    await click(`${NOTICE}:first .stripe_terminal_refund`);
    await animationFrame();
    await click(".modal button:contains(Refund)");
    await animationFrame();
    await animationFrame();
    expect(NOTICE).toHaveCount(1);
    expect(NOTICE).toHaveText(/Visa 2/);
});

test("why a payment cannot be attached can be read", async () => {
    await showNotices();
    expect(`${NOTICE}:first`).not.toHaveText(/more than what is left to pay/);
    expect(`${NOTICE}:last`).toHaveText(/more than what is left to pay/);
    expect(`${NOTICE}:last`).toHaveText(/Stripe refuses the refund\./);
    expect(`${NOTICE}:last .stripe_terminal_attach`).toHaveProperty("disabled", true);
});

test("what another till works on can be read only", async () => {
    onRpc("/pos_payment_stripe/unattached", () => [
        { ...payment(3, 2), note: "2.00 were paid, in progress at Terrace." },
    ]);
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    await mountWithCleanup(UnattachedPayments, { props: { order } });
    await animationFrame();
    expect(NOTICE).toHaveCount(0);
    expect(".stripe_terminal_in_progress").toHaveText(/in progress at Terrace/);
    expect(".stripe_terminal_in_progress button").toHaveCount(0);
});

test("an order is restored only where it was kept", async () => {
    onRpc("/pos_payment_stripe/unattached", () => [
        { ...payment(1, 2), restorable: true },
        payment(2, 2),
    ]);
    await showNotices();
    expect(".stripe_terminal_restore").toHaveCount(1);
});

test("a register that was closed meanwhile shows nothing, and no error", async () => {
    onRpc("/pos_payment_stripe/unattached", () => {
        throw makeServerError({ type: "AccessError", message: "You cannot use this terminal." });
    });
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    await mountWithCleanup(UnattachedPayments, { props: { order } });
    await animationFrame();
    expect(NOTICE).toHaveCount(0);
});
