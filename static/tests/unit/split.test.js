import { advanceTime, animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

let server;

beforeEach(() => {
    addStripeMethod();
    server = { rows: {}, sent: [] };
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/send", async (request) => {
        const { line } = (await request.json()).params;
        server.sent.push(line);
        server.rows[line.line_uuid] = {
            id: server.sent.length,
            line_uuid: line.line_uuid,
            request_uuid: line.request_uuid,
            revision: 1,
            state: "collecting",
            amount: line.amount,
        };
        return server.rows[line.line_uuid];
    });
    onRpc("/pos_payment_stripe/status", async (request) => {
        const { line_uuids } = (await request.json()).params;
        return line_uuids.map((uuid) => server.rows[uuid]).filter(Boolean);
    });
});

async function later(milliseconds = 3000) {
    await advanceTime(milliseconds);
    await animationFrame();
}

async function tap() {
    const { line_uuid } = server.sent.at(-1);
    const row = server.rows[line_uuid];
    server.rows[line_uuid] = { ...row, revision: row.revision + 1, state: "paid" };
    await later(6000);
}

async function openScreen({ send = "at_once", due = 100 } = {}) {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    store.config.auto_validate_terminal_payment = false;
    order.lines.slice(1).forEach((line) => order.removeOrderline(line));
    order.lines[0].setQuantity(1);
    order.lines[0].tax_ids = [];
    order.lines[0].setUnitPrice(due);
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    method.stripe_send = send;
    const cash = store.models["pos.payment.method"].find((other) => other.is_cash_count);
    return { store, order, screen, method, cash };
}

/** Press the key, and one of its choices. */
async function split(parts) {
    await click(".stripe_terminal_split");
    await later(100);
    await click(`.stripe_terminal_parts button:nth-child(${parts - 1})`);
    await later(100);
}

const sent = () => server.sent.map((line) => line.amount);

test("equal parts follow each other, and the last one takes the rounding", async () => {
    const { order, screen, method } = await openScreen();
    expect(order.totalDue).toBe(100);
    await split(3);
    expect(".stripe_terminal_split").toHaveText(/33.33/);
    expect(server.sent).toHaveLength(0);

    screen.addNewPaymentLine(method);
    await later();
    expect(sent()).toEqual([33.33]);
    await tap();
    expect(sent()).toEqual([33.33, 33.33]);
    await tap();
    expect(sent()).toEqual([33.33, 33.33, 33.34]);
    await tap();
    expect(order.isPaid()).toBe(true);
    expect(sent()).toHaveLength(3);
});

test("a part may be paid in cash", async () => {
    const { order, screen, method, cash } = await openScreen();
    await split(2);
    await screen.addNewPaymentLine(cash);
    expect(order.payment_ids.at(-1).getAmount()).toBe(50);
    screen.addNewPaymentLine(method);
    await later();
    expect(sent()).toEqual([50]);
});

test("where Send is pressed nothing is sent before, and a split changes the waiting line", async () => {
    const { order, screen, method } = await openScreen({ send: "press" });
    await screen.addNewPaymentLine(method);
    await later();
    expect(".electronic_status").toHaveText("Payment request pending");
    expect("button.send_payment_request").toHaveText("Send");
    await split(4);
    expect(order.payment_ids[0].getAmount()).toBe(25);
    expect(server.sent).toHaveLength(0);

    await click(".send_payment_request");
    await later();
    expect(sent()).toEqual([25]);
    await tap();
    expect(order.payment_ids).toHaveLength(2);
    expect(order.payment_ids[1].getAmount()).toBe(25);
    expect(sent()).toEqual([25]);
});

test("another method takes the place of a line that was not sent", async () => {
    const { order, screen, method, cash } = await openScreen({ send: "press" });
    await screen.addNewPaymentLine(method);
    expect(await screen.addNewPaymentLine(cash)).toBe(true);
    expect(order.payment_ids.map((line) => line.payment_method_id.id)).toEqual([cash.id]);
    expect(server.sent).toHaveLength(0);
});

test("an order that is not split any more is paid at once", async () => {
    const { screen, method } = await openScreen();
    await split(3);
    await click(".stripe_terminal_split");
    await later(100);
    await click(".stripe_terminal_whole");
    await later(100);
    screen.addNewPaymentLine(method);
    await later();
    expect(sent()).toEqual([100]);
});

test("the product screen's buttons pay all of a split order", async () => {
    const { store, order } = await openScreen();
    await split(3);
    store.getOrder = () => order;
    await store.validateOrderFast(store.models["pos.payment.method"].getFirst()).catch(() => {});
    expect(order.uiState.stripeSplit).toBe(undefined);
});
