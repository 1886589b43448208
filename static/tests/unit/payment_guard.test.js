import { animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

const OTHER_METHOD_ID = 2;

beforeEach(() => {
    addStripeMethod();
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/status", () => []);
});

/** Return an order with a line in some status, on its payment screen. */
async function payWith(methodId, status) {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const line = order.addPaymentline(store.models["pos.payment.method"].get(methodId)).data;
    const canceled = [];
    patchWithCleanup(store.env.services.stripe_terminal, {
        cancel: async (line) => {
            canceled.push(line.uuid);
            line.setPaymentStatus(store.answer);
        },
        abandon: (line) => canceled.push(line.uuid),
    });
    patchWithCleanup(store.env.services.stripe_terminal.poller, {
        askAnew: async (line) => line.setPaymentStatus(store.later || store.answer),
    });
    store.answer = "retry";
    await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    await animationFrame();
    line.setPaymentStatus(status);
    // The tests' page is none of the Point of Sale's routes.
    Object.assign(store.router.state, {
        current: "PaymentScreen",
        params: { orderUuid: order.uuid },
    });
    patchWithCleanup(store.router, {
        navigate: (current, params = {}) => Object.assign(store.router.state, { current, params }),
    });
    return { store, order, line, canceled };
}

const dialogButton = (text) => `.modal button:contains(${text})`;

test("leaving the payment screen asks, and cancels first", async () => {
    const { store, order, line, canceled } = await payWith(STRIPE_METHOD_ID, "waitingCard");
    store.navigate("TicketScreen");
    await animationFrame();
    expect(store.router.state.current).toBe("PaymentScreen");
    await click(dialogButton("Stay here"));
    await animationFrame();
    expect(canceled).toEqual([]);
    expect(store.router.state.current).toBe("PaymentScreen");

    store.navigate("TicketScreen");
    await animationFrame();
    await click(dialogButton("Cancel the payment"));
    await animationFrame();
    expect(canceled).toEqual([line.uuid]);
    expect(store.router.state.current).toBe("TicketScreen");
    expect(order.payment_ids).toHaveLength(1);
});

test("leaving a refund that is running names it so", async () => {
    const { store, line } = await payWith(STRIPE_METHOD_ID, "waitingCard");
    line.setAmount(-10);
    store.navigate("TicketScreen");
    await animationFrame();
    expect(".modal").toHaveText(/A refund of \$\s10\.00 for order .* is in progress/);
    await click(dialogButton("Cancel the refund"));
    await animationFrame();
    expect(store.router.state.current).toBe("TicketScreen");
});

test("nobody leaves when the card won", async () => {
    const { store } = await payWith(STRIPE_METHOD_ID, "waitingCard");
    store.answer = "done";
    store.navigate("TicketScreen");
    await animationFrame();
    await click(dialogButton("Cancel the payment"));
    await animationFrame();
    expect(".modal").toHaveText(/The customer paid/);
    expect(store.router.state.current).toBe("PaymentScreen");
});

test("locking the till is not leaving", async () => {
    const { store, canceled } = await payWith(STRIPE_METHOD_ID, "waitingCard");
    store.navigate("LoginScreen");
    expect(store.router.state.current).toBe("LoginScreen");
    expect(canceled).toEqual([]);
});

test("a payment that ends while the till is locked does not unlock it", async () => {
    const { store, order, line } = await payWith(STRIPE_METHOD_ID, "waitingCard");
    const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
    store.navigate("LoginScreen");
    line.setPaymentStatus("done");
    expect(await validation.validateOrder(false)).toBe(false);
    expect(order.state).toBe("draft");
    expect(store.router.state.current).toBe("LoginScreen");

    store.navigate("PaymentScreen", { orderUuid: order.uuid });
    expect(await validation.askBeforeValidation()).toBe(true);
});

test("an order goes when its payment is canceled", async () => {
    const { store, order, line, canceled } = await payWith(STRIPE_METHOD_ID, "waitingCard");
    expect(await store._onBeforeDeleteOrder(order)).toBe(true);
    expect(canceled).toEqual([line.uuid]);
});

test("a declined payment is given up with its order", async () => {
    const { store, order, line, canceled } = await payWith(STRIPE_METHOD_ID, "retry");
    expect(await store._onBeforeDeleteOrder(order)).toBe(true);
    expect(canceled).toEqual([line.uuid]);
});

test("an order with a paid card stays", async () => {
    const { store, order, canceled } = await payWith(STRIPE_METHOD_ID, "done");
    expect(await store._onBeforeDeleteOrder(order)).toBe(false);
    await animationFrame();
    expect(".modal").toHaveText(/cannot be deleted/);
    expect(canceled).toEqual([]);
});

test("while Stripe is silent the cashier decides", async () => {
    const { store, order } = await payWith(STRIPE_METHOD_ID, "force_done");
    store.answer = "force_done";
    for (const [button, goesOn] of [
        ["Go back", false],
        ["Delete the order", true],
    ]) {
        const deleting = store._onBeforeDeleteOrder(order);
        await animationFrame();
        expect(".modal").toHaveText(/It is not known yet/);
        await click(dialogButton(button));
        expect(await deleting).toBe(goesOn);
        await animationFrame();
    }
});

test("Stripe is asked again before it is called silent", async () => {
    const { store, order } = await payWith(STRIPE_METHOD_ID, "force_done");
    store.answer = "force_done";
    store.later = "retry";
    expect(await store._onBeforeDeleteOrder(order)).toBe(true);
    expect(".modal").toHaveCount(0);
});

test("other terminals keep core's behaviour", async () => {
    const { store, order, canceled } = await payWith(OTHER_METHOD_ID, "waitingCard");
    expect(await store._onBeforeDeleteOrder(order)).toBe(true);
    store.navigate("TicketScreen");
    expect(store.router.state.current).toBe("TicketScreen");
    order.payment_ids[0].setPaymentStatus("done");
    expect(await store._onBeforeDeleteOrder(order)).toBe(true);
    expect(canceled).toEqual([]);
});
