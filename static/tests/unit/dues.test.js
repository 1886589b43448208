import { advanceTime, animationFrame, beforeEach, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
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
        return say(line.line_uuid, {
            id: 7,
            request_uuid: line.request_uuid,
            state: "collecting",
            amount: line.amount,
            canceling: false,
        });
    });
    onRpc("/pos_payment_stripe/status", async (request) => {
        const { line_uuids } = (await request.json()).params;
        return line_uuids.map((uuid) => server.rows[uuid]).filter(Boolean);
    });
    onRpc("/pos_payment_stripe/cancel", async (request) => {
        const { line_uuid } = (await request.json()).params;
        return say(line_uuid, server.paidFirst ? { state: "paid" } : { state: "canceled" });
    });
});

function say(uuid, values) {
    const row = server.rows[uuid] || { line_uuid: uuid, revision: 0 };
    server.rows[uuid] = { ...row, ...values, revision: row.revision + 1 };
    return server.rows[uuid];
}

async function settle() {
    await advanceTime(3000);
    await animationFrame();
}

async function pressStripe(amount) {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    store.config.auto_validate_terminal_payment = false;
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    if (amount) {
        const { data: line } = order.addPaymentline(method);
        line.setAmount(amount);
        screen.sendPaymentRequest(line);
    } else {
        screen.addNewPaymentLine(method);
    }
    await settle();
    return { store, order, screen, method, line: order.payment_ids.at(-1) };
}

async function decline(line) {
    say(line.uuid, { state: "declined", sentence: "Declined." });
    await settle();
    expect(line.payment_status).toBe("retry");
}

test("a changed total takes the request back, and Retry asks for what is due", async () => {
    const { order, screen, line } = await pressStripe();
    expect(server.sent[0].due).toBe(server.sent[0].amount);
    expect(line.payment_status).toBe("waitingCard");

    order.lines[0].setUnitPrice(1);
    await settle();
    expect(line.payment_status).toBe("retry");
    expect(".o_notification").toHaveText(/has changed since/);

    screen.sendPaymentRequest(line);
    await settle();
    expect(server.sent.at(-1).amount).toBe(order.totalDue);
    expect(server.sent.at(-1).amount).not.toBe(server.sent[0].amount);
    expect(line.getAmount()).toBe(order.totalDue);
});

test("a card that won keeps its line, and the order is not finished with change", async () => {
    const { store, order, line } = await pressStripe();
    server.paidFirst = true;
    order.lines[0].setUnitPrice(1);
    await settle();
    expect(line.payment_status).toBe("done");
    store.router.state.current = "PaymentScreen";
    const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
    expect(line.getAmount()).toBeGreaterThan(order.totalDue);
    expect(await validation.askBeforeValidation()).toBe(false);
    await animationFrame();
    expect(".modal-body").toHaveText(/a card's money is not given as change/);
});

test("Retry after the total fell asks for what is due", async () => {
    const { order, screen, line } = await pressStripe();
    await decline(line);
    order.removeOrderline(order.lines[0]);
    screen.sendPaymentRequest(line);
    await settle();
    expect(server.sent.at(-1).amount).toBe(order.totalDue);
});

test("Retry after the total rose asks for all of it", async () => {
    const { order, screen, line } = await pressStripe();
    await decline(line);
    order.lines[0].setUnitPrice(100);
    screen.sendPaymentRequest(line);
    await settle();
    expect(server.sent.at(-1).amount).toBe(order.totalDue);
});

test("a typed part stays that part, as long as it is due", async () => {
    const { order, screen, line } = await pressStripe(5);
    expect(server.sent[0].amount).toBe(5);
    await decline(line);
    order.lines[0].setUnitPrice(100);
    screen.sendPaymentRequest(line);
    await settle();
    expect(server.sent.at(-1).amount).toBe(5);
});

test("a card is not asked for more than is due", async () => {
    const { order } = await pressStripe(1000);
    expect(server.sent[0].amount).toBe(order.totalDue);
});

test("another method takes the place of a declined line", async () => {
    const { store, order, screen, line } = await pressStripe();
    await decline(line);
    const cash = store.models["pos.payment.method"].find((method) => method.is_cash_count);
    await screen.addNewPaymentLine(cash);
    await settle();
    expect(order.payment_ids.map((payment) => payment.payment_method_id.id)).toEqual([cash.id]);
    expect(order.payment_ids[0].getAmount()).toBe(order.totalDue);
    expect(".modal").toHaveCount(0);
});

test("the same method tries the declined line again", async () => {
    const { order, screen, method, line } = await pressStripe();
    await decline(line);
    screen.addNewPaymentLine(method);
    await settle();
    expect(order.payment_ids).toHaveLength(1);
    expect(server.sent).toHaveLength(2);
    expect(server.sent[1].line_uuid).toBe(line.uuid);
});
