import { advanceTime, animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import {
    getService,
    makeServerError,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";
import { wait } from "./wait";

describe.current.tags("desktop");
definePosModels();

/** What Odoo's server would say; each test changes it as Stripe would. */
let server;

beforeEach(() => {
    addStripeMethod();
    server = { rows: {}, calls: [], isDown: false };
    onRpc("/pos_payment_stripe/unattached", () => []);
    for (const verb of ["send", "status", "cancel", "force_done"]) {
        onRpc(`/pos_payment_stripe/${verb}`, async (request) => {
            const { params } = await request.json();
            server.calls.push({ verb, ...params });
            if (server.takes) {
                await new Promise((resolve) => setTimeout(resolve, server.takes));
            }
            if (server.isDown) {
                return new Response("", { status: 502 });
            }
            return answer(verb, params);
        });
    }
});

function answer(verb, params) {
    if (verb === "status") {
        return params.line_uuids.map((uuid) => server.rows[uuid]).filter(Boolean);
    }
    const uuid = params.line?.line_uuid || params.line_uuid;
    if (verb === "send") {
        say(uuid, {
            id: 7,
            request_uuid: params.line.request_uuid,
            state: "new",
            amount: params.line.amount,
            canceling: false,
        });
    } else if (verb === "cancel") {
        if (!server.rows[uuid]) {
            throw new Error("You cannot use this payment terminal.");
        }
        say(uuid, { canceling: true });
    } else {
        if (server.refusal) {
            throw makeServerError({ type: "AccessError", message: server.refusal });
        }
        say(uuid, { forced: true, unverified: true });
    }
    return server.rows[uuid];
}

/** Change what the server says of a line. */
function say(uuid, values) {
    const row = server.rows[uuid] || { line_uuid: uuid, revision: 0 };
    server.rows[uuid] = { ...row, ...values, revision: row.revision + 1 };
}

function verbs() {
    return server.calls.map((call) => call.verb);
}

/** Open the payment screen and press the Stripe method. */
async function pressStripe() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    screen.addNewPaymentLine(store.models["pos.payment.method"].get(STRIPE_METHOD_ID));
    await animationFrame();
    return { store, order, screen, line: order.payment_ids.at(-1) };
}

/** Let the till ask the server again. */
async function poll() {
    await advanceTime(5000);
    await animationFrame();
}

test("choosing the method sends at once and shows what the server says", async () => {
    const { line } = await pressStripe();
    expect(line.payment_status).toBe("waiting");
    expect(verbs()[0]).toBe("send");
    expect(server.calls[0].line.amount).toBe(line.getAmount());

    say(line.uuid, { state: "collecting" });
    await poll();
    expect(line.payment_status).toBe("waitingCard");
    expect(".send_payment_cancel").toHaveCount(1);

    say(line.uuid, { state: "paid", transaction_id: "pi_1", card_brand: "visa", card_no: "4242" });
    await poll();
    expect(line.payment_status).toBe("done");
    expect(line.transaction_id).toBe("pi_1");
    expect(line.card_no).toBe("4242");
});

test("a server that takes long is asked less often", async () => {
    // The tests' clock, which `performance` does not follow.
    patchWithCleanup(performance, { now: () => Date.now() });
    const { line } = await pressStripe();
    say(line.uuid, { state: "collecting" });
    const count = async () => {
        const before = verbs().length;
        await wait(12000);
        return verbs().length - before;
    };
    const often = await count();
    server.takes = 500;
    await count();
    expect(await count()).toBeLessThan(often / 2);
});

test("an answer that never comes does not stop the asking", async () => {
    const { line } = await pressStripe();
    server.takes = 10 ** 9;
    await poll();
    server.takes = 0;
    say(line.uuid, { state: "collecting" });
    await wait(20000);
    expect(line.payment_status).toBe("waitingCard");
});

test("Force Done is offered after a connection error only", async () => {
    const { line } = await pressStripe();
    expect(".send_force_done").toHaveCount(0);
    say(line.uuid, { state: "collecting" });
    await poll();
    expect(".send_force_done").toHaveCount(0);
    say(line.uuid, { state: "unknown", sentence: "Stripe does not answer." });
    await poll();
    expect(line.payment_status).toBe("force_done");
    expect(".send_force_done").toHaveCount(1);
    expect(".stripe_terminal_sentence").toHaveText("Stripe does not answer.");
    say(line.uuid, { state: "collecting", sentence: "" });
    await poll();
    expect(".send_force_done").toHaveCount(0);
});

/** Press Force Done while Odoo itself cannot be reached, and confirm. */
async function forceUnreachable() {
    const paying = await pressStripe();
    // The order stays open, as one does that is paid in part.
    paying.store.config.auto_validate_terminal_payment = false;
    say(paying.line.uuid, { state: "collecting" });
    await poll();
    server.isDown = true;
    await wait(15000);
    expect(paying.line.payment_status).toBe("force_done");
    paying.screen.sendForceDone(paying.line);
    await wait(9000);
    await click(".modal button:contains(The reader shows it as approved)");
    await wait(8000);
    return paying;
}

test("a line that was forced while Odoo was away stays done, and Odoo hears of it", async () => {
    const { line } = await forceUnreachable();
    expect(line.payment_status).toBe("done");
    server.isDown = false;
    server.calls = [];
    await wait(6000);
    expect(server.rows[line.uuid].forced).toBe(true);
    expect(verbs()[0]).toBe("force_done");
    expect(verbs().filter((verb) => verb === "force_done")).toHaveLength(1);
    expect(line.payment_status).toBe("done");
});

test("where the server knows better than who forced a line, its word counts", async () => {
    const { line } = await forceUnreachable();
    server.isDown = false;
    server.refusal = "Only a payment with a connection error can be forced.";
    await wait(6000);
    expect(line.payment_status).toBe("waitingCard");
    expect(".modal").toHaveText(/Only a payment with a connection error can be forced/);
});

test("a line that was forced and never reached the server is not paid", async () => {
    const { line } = await forceUnreachable();
    delete server.rows[line.uuid];
    server.isDown = false;
    server.refusal = "You cannot use this payment terminal.";
    await wait(6000);
    expect(line.payment_status).toBe("retry");
});

test("a line that is sent again meanwhile is not forced, nor fails for that", async () => {
    const { line, screen } = await pressStripe();
    say(line.uuid, { state: "unknown" });
    await poll();
    let lose;
    onRpc("/pos_payment_stripe/force_done", async () => {
        expect.step("force_done");
        await new Promise((resolve) => (lose = resolve));
        return new Response("", { status: 502 });
    });
    screen.sendForceDone(line);
    await wait(10000);
    await click(".modal button:contains(The reader shows it as approved)");
    await wait(500);
    expect.verifySteps(["force_done"]);
    line.setPaymentStatus("retry");
    screen.sendPaymentRequest(line);
    await wait(2000);
    lose();
    await wait(2000);
    expect(verbs().filter((verb) => verb === "send")).toHaveLength(2);
    expect(line.payment_status).toBe("waiting");
    expect.verifySteps([]);
});

test("a refused Force Done says why", async () => {
    const { line, screen } = await pressStripe();
    say(line.uuid, { state: "unknown" });
    await poll();
    server.refusal = "Only a payment with a connection error can be forced.";
    screen.sendForceDone(line);
    await wait(10000);
    await click(".modal button:contains(The reader shows it as approved)");
    await wait(500);
    expect(".modal").toHaveText(/Only a payment with a connection error can be forced/);
    expect(line.payment_status).toBe("force_done");
});

test("an error of Odoo's server is not called a lost connection", async () => {
    const { line } = await pressStripe();
    onRpc("/pos_payment_stripe/status", () => {
        throw makeServerError({ message: "Odoo Session Expired" });
    });
    await poll();
    expect(line.payment_status).toBe("force_done");
    expect(".stripe_terminal_sentence").toHaveText(
        "Odoo's server has answered with an error: Odoo Session Expired"
    );
});

test("a decline shows its reason and can be retried", async () => {
    const { line, screen } = await pressStripe();
    say(line.uuid, { state: "declined", sentence: "The card has expired." });
    await poll();
    expect(line.payment_status).toBe("retry");
    expect(".stripe_terminal_sentence").toHaveText("The card has expired.");
    screen.sendPaymentRequest(line);
    await animationFrame();
    expect(line.payment_status).toBe("waiting");
    const sends = server.calls.filter((call) => call.verb === "send");
    expect(sends.length).toBe(2);
    expect(sends[0].line.line_uuid).toBe(sends[1].line.line_uuid);
    expect(sends[0].line.request_uuid).not.toBe(sends[1].line.request_uuid);
});

test("what is known of a payment is shown again after every read of its order", async () => {
    const { store, order, line } = await pressStripe();
    await animationFrame();
    const read = () => store.data.loadServerOrders([["uuid", "=", order.uuid]]);
    for (const [state, status] of [
        ["collecting", "waitingCard"],
        ["unknown", "force_done"],
        ["declined", "retry"],
    ]) {
        say(line.uuid, { state });
        await poll();
        await read();
        await animationFrame();
        expect(line.payment_status).toBe(status);
    }
});

test("a read does not answer a try that is on its way", async () => {
    const { store, order, screen, line } = await pressStripe();
    say(line.uuid, { state: "declined" });
    await poll();
    server.takes = 3000;
    screen.sendPaymentRequest(line);
    await animationFrame();
    await store.data.loadServerOrders([["uuid", "=", order.uuid]]);
    await animationFrame();
    expect(line.payment_status).toBe("waiting");
});

test("what is held for a tip is paid, unless it is being canceled", async () => {
    const { line } = await pressStripe();
    const held = { state: "authorized", held: true, amount: line.getAmount() };
    say(line.uuid, { ...held, canceling: true });
    await poll();
    expect(line.payment_status).toBe("waitingCancel");
    say(line.uuid, { ...held, canceling: false });
    await poll();
    expect(line.payment_status).toBe("done");
});

test("what another till of the register waits for does not stop this one", async () => {
    const { store, line } = await pressStripe();
    say(line.uuid, { state: "collecting" });
    await poll();
    expect(store.paymentTerminalInProgress).toBe(true);
    // As another till has it that got the order by synchronisation.
    line.pos_order_id.uiState.stripeTerminalLines = [];
    store.router.state.current = "ProductScreen";
    say(line.uuid, { state: "collecting" });
    await poll();
    expect(line.payment_status).toBe("waitingCard");
    expect(store.paymentTerminalInProgress).toBe(false);
});

test("a late answer does not undo a newer one", async () => {
    const { line } = await pressStripe();
    say(line.uuid, { state: "collecting" });
    const late = { ...server.rows[line.uuid] };
    say(line.uuid, { state: "paid" });
    await poll();
    expect(line.payment_status).toBe("done");
    getService("stripe_terminal").show(late);
    await animationFrame();
    expect(line.payment_status).toBe("done");
});

test("a cancel ends with the server's answer, also when the card won", async () => {
    const { line, screen } = await pressStripe();
    say(line.uuid, { state: "collecting" });
    await poll();
    screen.sendPaymentCancel(line);
    await animationFrame();
    expect(line.payment_status).toBe("waitingCancel");
    expect(".electronic_status").toHaveText("Canceling…");
    expect(".send_force_done").toHaveCount(0);
    say(line.uuid, { state: "paid", canceling: false });
    await poll();
    expect(line.payment_status).toBe("done");
});

test("a cancel of a line that never reached the server ends", async () => {
    const { line, screen } = await pressStripe();
    delete server.rows[line.uuid];
    screen.sendPaymentCancel(line);
    await poll();
    expect(line.payment_status).toBe("retry");
});

test("a line that is canceled while its send is lost is not sent again", async () => {
    server.isDown = true;
    const { line, screen } = await pressStripe();
    screen.sendPaymentCancel(line);
    server.isDown = false;
    await wait(6000);
    expect(verbs().filter((verb) => ["send", "cancel"].includes(verb))).toEqual(["send", "cancel"]);
    expect(line.payment_status).toBe("retry");

    line.pay();
    await animationFrame();
    say(line.uuid, { state: "collecting" });
    await wait(2000);
    expect(line.payment_status).toBe("waitingCard");
});

test("a cancel does not overtake the send that is on its way", async () => {
    server.takes = 2000;
    const { line, screen } = await pressStripe();
    server.takes = 0;
    screen.sendPaymentCancel(line);
    await wait(1000);
    expect(verbs()).toEqual(["send"]);
    await wait(2000);
    expect(server.rows[line.uuid].canceling).toBe(true);
    expect(line.payment_status).toBe("waitingCancel");
});

test("a line that is removed while its send is lost is forgotten", async () => {
    server.isDown = true;
    const { line, screen, order } = await pressStripe();
    const { uuid } = line;
    screen.deletePaymentLine(uuid);
    await wait(1000);
    await click(".modal button:contains(Remove the line)");
    await animationFrame();
    expect(order.payment_ids).toHaveLength(0);
    server.isDown = false;
    await wait(10000);
    expect(verbs().filter((verb) => verb === "send")).toHaveLength(1);
    expect(uuid in getService("stripe_terminal").data).toBe(false);
    const asked = verbs().length;
    await wait(10000);
    expect(verbs()).toHaveLength(asked);
});

test("a line that has gone in another way is not sent again, but canceled", async () => {
    server.isDown = true;
    const { line, order } = await pressStripe();
    order.removePaymentline(line);
    server.isDown = false;
    await wait(6000);
    expect(verbs().slice(0, 2)).toEqual(["send", "cancel"]);
    expect(verbs().filter((verb) => verb === "send")).toHaveLength(1);
});

test("a cancel is posted until Odoo has answered, also for a line that is gone", async () => {
    const { line, screen, order } = await pressStripe();
    const { uuid } = line;
    say(uuid, { state: "collecting" });
    await poll();
    server.isDown = true;
    screen.deletePaymentLine(uuid);
    await animationFrame();
    await click(".modal button:contains(Remove the line)");
    await animationFrame();
    expect(order.payment_ids).toHaveLength(0);
    await wait(10000);
    expect(server.rows[uuid].canceling).toBe(false);
    server.isDown = false;
    await wait(6000);
    expect(server.rows[uuid].canceling).toBe(true);
    const cancels = () => verbs().filter((verb) => verb === "cancel").length;
    const posted = cancels();
    await wait(6000);
    expect(cancels()).toBe(posted);
});

test("a line whose cancel Odoo has not heard yet asks for no card", async () => {
    const { line, screen } = await pressStripe();
    say(line.uuid, { state: "collecting", collects: true });
    await poll();
    server.isDown = true;
    screen.sendPaymentCancel(line);
    await animationFrame();
    expect(line.payment_status).toBe("force_done");
    getService("stripe_terminal").show(server.rows[line.uuid]);
    expect(line.payment_status).toBe("waitingCancel");
    expect(getService("stripe_terminal").data[line.uuid].collects).toBe(false);
});

test("a deleted line goes only when the server says that nothing is charged", async () => {
    const { line, order, screen } = await pressStripe();
    say(line.uuid, { state: "collecting" });
    await poll();
    screen.deletePaymentLine(line.uuid);
    await animationFrame();
    expect(order.payment_ids.length).toBe(1);
    say(line.uuid, { state: "canceled", canceling: false });
    await poll();
    expect(order.payment_ids.length).toBe(0);
});

test("a deleted line waits for the order's synchronisation, which would bring it back", async () => {
    const { store, line, order, screen } = await pressStripe();
    say(line.uuid, { state: "declined" });
    await poll();
    let endSync;
    store.data.stripeOrders.syncs.set(order.uuid, new Promise((resolve) => (endSync = resolve)));
    screen.deletePaymentLine(line.uuid);
    await animationFrame();
    expect(order.payment_ids.length).toBe(1);
    endSync();
    await animationFrame();
    expect(order.payment_ids.length).toBe(0);
});

test("an order is finished when core's draft of it has arrived, however long that takes", async () => {
    const { store, line, order } = await pressStripe();
    store.config.auto_validate_terminal_payment = false;
    let endSync;
    store.data.stripeOrders.syncs.set(order.uuid, new Promise((resolve) => (endSync = resolve)));
    say(line.uuid, { state: "paid" });
    await wait(6000);
    expect(line.payment_status).toBe("done");
    const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
    const asking = validation.askBeforeValidation().then(() => expect.step("asked"));
    // Who presses Validate meanwhile does not finish it a second time.
    expect(await validation.askBeforeValidation()).toBe(false);
    await wait(15000);
    expect.verifySteps([]);
    endSync();
    await asking;
    expect.verifySteps(["asked"]);
});

test("a line that goes while its order is synchronised is not shown as paid", async () => {
    const { store, line, order } = await pressStripe();
    const payments = getService("stripe_terminal");
    let endSync;
    store.data.stripeOrders.syncs.set(order.uuid, new Promise((resolve) => (endSync = resolve)));
    const showing = payments.showPaid(line, { state: "paid", amount: line.getAmount() });
    order.removePaymentline(line);
    endSync();
    await showing;
    expect(order.payment_ids).toHaveLength(0);
});

test("the order goes with the request, and no draft is synchronised", async () => {
    const { store, line, order } = await pressStripe();
    patchWithCleanup(store.data, {
        call: (model, method) => expect.step(`${model}.${method}`),
    });
    const { basket } = server.calls.find(({ verb }) => verb === "send").line;
    expect(basket.uuid).toBe(order.uuid);
    expect(basket.lines.map(([command]) => command)).toEqual(order.lines.map(() => 0));
    expect(basket.lines[0][2].price_subtotal_incl).toBe(order.lines[0].priceIncl);
    say(line.uuid, { state: "declined" });
    await poll();
    expect(line.payment_status).toBe("retry");
    expect(order.isSynced).toBe(false);
    expect.verifySteps([]);
});

test("a till tells that it works on an order with a paid part, until it is finished", async () => {
    const { store, line, order } = await pressStripe();
    store.config.auto_validate_terminal_payment = false;
    say(line.uuid, { state: "paid" });
    await poll();
    await wait(1000);
    const asked = server.calls.length;
    await wait(9000);
    expect(server.calls.length - asked).toBe(2);
    order.state = "paid";
    await wait(5000);
    const told = server.calls.length;
    await wait(9000);
    expect(server.calls.length).toBe(told);
});

test("a payment that was put on another order is not this one's", async () => {
    const { line } = await pressStripe();
    say(line.uuid, { state: "paid", order_uuid: "another order", order_ref: "2-0009" });
    await poll();
    expect(line.payment_status).toBe("retry");
    expect(".stripe_terminal_sentence").toHaveText(/was put on order 2-0009/);
});

test("a lost answer of the send is asked for again with the same request", async () => {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    server.isDown = true;
    screen.addNewPaymentLine(store.models["pos.payment.method"].get(STRIPE_METHOD_ID));
    await animationFrame();
    server.isDown = false;
    await poll();
    const sends = server.calls.filter((call) => call.verb === "send");
    expect(sends.length).toBe(2);
    expect(sends[0].line.request_uuid).toBe(sends[1].line.request_uuid);
    expect(order.payment_ids.at(-1).payment_status).toBe("waiting");
});

test("other terminals keep core's behaviour", async () => {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const line = order.addPaymentline(store.models["pos.payment.method"].get(2)).data;
    line.handlePaymentResponse(false);
    expect(line.payment_status).toBe("retry");
});

test("a declined card offers its slip, and the customer goes along with the next try", async () => {
    const { store, order, line } = await pressStripe();
    expect(server.calls[0].line.partner_id).toBe(null);
    expect(".stripe_terminal_decline_slip").toHaveCount(0);
    say(line.uuid, { state: "declined", sentence: "No funds.", decline_slip: "Visa **** 4242" });
    await poll();
    expect(".stripe_terminal_decline_slip").toHaveCount(1);

    const partner = store.models["res.partner"].getFirst();
    order.partner_id = partner;
    line.pay();
    await animationFrame();
    expect(server.calls.filter((call) => call.verb === "send").at(-1).line.partner_id).toBe(
        partner.id
    );
});
