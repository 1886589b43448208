import { animationFrame, beforeEach, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { getService, onRpc } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";
import { wait } from "./wait";

describe.current.tags("desktop");
definePosModels();

/** What the order of the tests costs, with its taxes. */
const TOTAL = 17.85;
const TOTAL_WITH_TIP = 19.35;
/** A product with a tax of 25 % on top of its price. */
const TAXED_PRODUCT_ID = 8;

beforeEach(() => {
    addStripeMethod();
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/status", () => []);
});

const addCardLine = (store, order) =>
    order.addPaymentline(store.models["pos.payment.method"].get(STRIPE_METHOD_ID)).data;

/** Return an order whose card line this till has asked for. */
async function asked() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const line = addCardLine(store, order);
    order.uiState.stripeTerminalLines = [line.uuid];
    return { store, order, line, payments: getService("stripe_terminal") };
}

/** What the server says of a line that was paid with a tip. */
const paid = (line, revision) => ({
    line_uuid: line.uuid,
    id: 7,
    revision,
    state: "paid",
    amount: TOTAL_WITH_TIP,
    tip: 1.5,
});
const tips = (order) => order.lines.filter((line) => line.isTipLine());

test("a tip on the reader is on the order once", async () => {
    const { order, line, payments } = await asked();
    for (const revision of [1, 2]) {
        payments.show(paid(line, revision));
        await animationFrame();
    }
    expect(line.isDone()).toBe(true);
    expect(line.getAmount()).toBe(TOTAL_WITH_TIP);
    expect(tips(order).map((tip) => tip.priceIncl)).toEqual([1.5]);
    expect(order.priceIncl).toBe(TOTAL_WITH_TIP);
    expect(order.is_tipped).toBe(true);
    expect(order.tip_amount).toBe(1.5);
});

test("a paid line that may still get a tip stays paid while Odoo cannot be reached", async () => {
    const { store, line, payments } = await asked();
    store.config.set_tip_after_payment = true;
    line.setPaymentStatus("done");
    onRpc("/pos_payment_stripe/status", () => new Response("", { status: 502 }));
    payments.poller.resume();
    await wait(15000);
    expect(line.payment_status).toBe("done");
});

test("what was captured is shown once the order in Odoo has it", async () => {
    const { store, order, line, payments } = await asked();
    const read = [];
    store.data.loadServerOrders = async (domain) => read.push(domain);
    const datum = { ...paid(line, 1), state: "authorized", held: true };
    payments.show(datum);
    order.state = "paid";
    payments.show({ ...datum, revision: 2, held: false });
    payments.show({ ...datum, revision: 3, held: false, state: "paid", recording: true });
    expect(payments.poller.openUuids).toEqual([line.uuid]);
    expect(read).toEqual([]);
    payments.show({ ...datum, revision: 3, held: false, state: "paid", recording: false });
    expect(payments.poller.openUuids).toEqual([]);
    expect(read).toEqual([[["uuid", "=", order.uuid]]]);
});

test("a late answer for a line of which nothing is known is left out", async () => {
    const { line, payments } = await asked();
    payments.outbox.sending.add(line.uuid);
    payments.outbox.requests[line.uuid] = "newer";
    payments.show({ line_uuid: line.uuid, state: "paid", request_uuid: "older" });
    expect(line.uuid in payments.data).toBe(false);
});

test("each guest's tip is added to the one before", async () => {
    const { store, order, line, payments } = await asked();
    line.setAmount(10);
    await payments.tips.addTip(line, 1.5);
    line.setPaymentStatus("done");
    const second = addCardLine(store, order);
    order.uiState.stripeTerminalLines = [line.uuid, second.uuid];
    await payments.tips.addTip(second, 2);
    expect(tips(order).map((tip) => tip.priceIncl)).toEqual([3.5]);
    expect([line.stripe_tip, second.stripe_tip]).toEqual([1.5, 2]);
});

test("an older copy of a paid line is shown as paid again, with its tip added once", async () => {
    const { order, line, payments } = await asked();
    payments.show(paid(line, 1));
    await animationFrame();
    line.setPaymentStatus("waiting");
    line.stripe_tip = 0;
    payments.poller.resume();
    await animationFrame();
    expect(line.isDone()).toBe(true);
    expect(line.stripe_tip).toBe(1.5);
    expect(tips(order).map((tip) => tip.priceIncl)).toEqual([1.5]);
});

test("the tip of another till's payment is left to that till", async () => {
    const { order, line, payments } = await asked();
    order.uiState.stripeTerminalLines = [];
    payments.show(paid(line, 1));
    await animationFrame();
    expect(tips(order)).toHaveLength(0);
    expect(line.isDone()).toBe(false);
});

test("no taxes come on top of what the customer gave", async () => {
    const { store, order, line, payments } = await asked();
    store.config.tip_product_id = store.models["product.product"].get(TAXED_PRODUCT_ID);
    await payments.tips.addTip(line, 1.5);
    expect(tips(order).map((tip) => tip.priceIncl)).toEqual([1.5]);
});

test("what a tip may be given for is the order without its tip", async () => {
    const { order, line, payments } = await asked();
    expect(payments.tips.facts(order)).toEqual({ tippable: TOTAL, tip: 0 });
    await payments.tips.addTip(line, 1.5);
    expect(payments.tips.facts(order)).toEqual({ tippable: TOTAL, tip: 1.5 });
});
