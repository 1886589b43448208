import { animationFrame, beforeEach, click, describe, expect, test, waitFor } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

let answer;

beforeEach(() => {
    addStripeMethod();
    answer = () => [];
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/status", () => answer());
    onRpc("pos.config", "search_read", () => [
        { id: 7, name: "Bar", payment_method_ids: [STRIPE_METHOD_ID] },
        { id: 8, name: "Kitchen", payment_method_ids: [] },
    ]);
});

/** Open the payment screen of an order with a line of another register's reader. */
async function openPayment(status, data = {}) {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    const line = order.addPaymentline(method).data;
    line.setPaymentStatus(status);
    const { config } = store;
    config.payment_method_ids = config.payment_method_ids.filter(({ id }) => id !== method.id);
    if (data) {
        answer = () => [{ line_uuid: line.uuid, id: 1, revision: 1, amount: 5, ...data }];
    }
    // The tests' page is none of the Point of Sale's routes.
    patchWithCleanup(store.router, {
        navigate: (current, params = {}) => Object.assign(store.router.state, { current, params }),
    });
    store.navigate("PaymentScreen", { orderUuid: order.uuid });
    await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    await animationFrame();
    return { store, order, line };
}

async function expectRefused({ store, order }, sentence) {
    await waitFor(".modal");
    expect(".modal").toHaveText(sentence);
    expect(order.payment_ids).toHaveLength(1);
    expect(store.router.state.current).toBe("ProductScreen");
    await click(".modal button:contains(Ok)");
    await animationFrame();
}

test("a charged card is not dropped", async () => {
    const till = await openPayment("waiting", { state: "paid" });
    await expectRefused(till, /A card was charged .*5.00.*“Stripe” at Bar\./);
    till.store.setOrder(till.order);
    expect(await till.store.validateOrderFast()).toBe(false);
    await animationFrame();
    expect(".modal").toHaveText(/Finish the order there/);
});

test("a refund is not dropped", async () => {
    const till = await openPayment("done", { state: "paid", amount: -5 });
    await expectRefused(till, /5.00.*was refunded to a card/);
});

test("a running payment goes on, and nobody is asked to cancel it", async () => {
    const till = await openPayment("waiting", { state: "collecting" });
    await expectRefused(till, /has a payment of .*5.00/);
    expect(".modal").toHaveCount(0);
});

test("a payment that nobody knows about stays", async () => {
    const till = await openPayment("waiting", { state: "unknown" });
    await expectRefused(till, /has a payment of/);
});

test("a forced payment stays", async () => {
    const till = await openPayment("retry", { state: "declined", forced: true });
    await expectRefused(till, /has a payment of/);
});

test("without the server, what the till knows counts", async () => {
    const till = await openPayment("done", null);
    await expectRefused(till, /A card was charged/);
    answer = () => new Response("", { status: 502 });
    till.store.setOrder(till.order);
    expect(await till.store.validateOrderFast()).toBe(false);
});

for (const state of ["declined", "canceled"]) {
    test(`a payment that is ${state} goes as in core`, async () => {
        const { store, order } = await openPayment("waiting", { state });
        await animationFrame();
        expect(".modal").toHaveCount(0);
        expect(order.payment_ids).toHaveLength(0);
        expect(store.router.state.current).toBe("PaymentScreen");
    });
}
