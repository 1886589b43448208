import { advanceTime, animationFrame, beforeEach, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";
import { wait } from "./wait";

describe.current.tags("desktop");
definePosModels();

const DELETE_COMMANDS = [2, 3];

/** What is done with a synchronisation before Odoo has it, and what was sent with each. */
let onItsWay, sent;

beforeEach(() => {
    addStripeMethod();
    onItsWay = () => {};
    sent = [];
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/status", () => []);
    onRpc("/pos/ping", () => true);
    onRpc("pos.order", "sync_from_ui", async ({ args, parent }) => {
        sent.push(JSON.parse(JSON.stringify(args[0][0])));
        return (await onItsWay()) || parent();
    });
});

const lose = () => new Response("", { status: 502 });
const commandsOf = (vals, codes) => vals.lines.filter(([code]) => codes.includes(code));

/** Return an order of which Odoo has a draft with a card payment. */
async function synchronised(methodId = STRIPE_METHOD_ID) {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const { data: line } = order.addPaymentline(store.models["pos.payment.method"].get(methodId));
    await store.syncAllOrders({ orders: [order] });
    sent = [];
    return { store, order, line, sync: () => store.syncAllOrders({ orders: [order] }) };
}

/** Change a line of an order, remove another, and lose the synchronisation. */
async function changeAndLose({ order, sync }) {
    const [changed, removed] = order.lines;
    changed.setQuantity(7);
    order.removeOrderline(removed);
    onItsWay = lose;
    await sync();
    onItsWay = () => {};
    return [changed.id, removed.id];
}

test("what a lost synchronisation took along goes with the next one", async () => {
    const till = await synchronised();
    const [changed, removed] = await changeAndLose(till);
    await till.sync();
    expect(sent).toHaveLength(2);
    expect(commandsOf(sent[1], [1])[0].slice(0, 2)).toEqual([1, changed]);
    expect(commandsOf(sent[1], [1])[0][2].qty).toBe(7);
    expect(commandsOf(sent[1], DELETE_COMMANDS).map(([, id]) => id)).toEqual([removed]);
    await till.sync();
    expect(sent).toHaveLength(2);
});

test("without our payments core's synchronisation stays as it is", async () => {
    const till = await synchronised(2);
    await changeAndLose(till);
    await till.sync();
    expect(sent).toHaveLength(1);
    expect(till.store.data.stripeKept.all).toEqual({});
});

test("a lost synchronisation is made again by itself", async () => {
    const till = await synchronised();
    till.store.addPendingOrder([till.order.id]);
    await changeAndLose(till);
    await wait(10000);
    expect(sent).toHaveLength(2);
});

test("the second synchronisation knows what became of the first one", async () => {
    const { order, sync } = await synchronised();
    let loseIt;
    onItsWay = () => new Promise((resolve) => (loseIt = () => resolve(lose())));
    order.lines[0].setQuantity(7);
    const first = sync();
    await animationFrame();
    order.lines[1].setQuantity(8);
    const second = sync();
    await animationFrame();
    expect(sent).toHaveLength(1);
    onItsWay = () => {};
    loseIt();
    await Promise.all([first, second]);
    expect(commandsOf(sent[1], [1]).map(([, , { qty }]) => qty)).toEqual([7, 8]);
});

test("a draft's synchronisation that hangs holds nothing back for ever", async () => {
    const { order, sync } = await synchronised();
    onItsWay = () => new Promise(() => {});
    order.lines[0].setQuantity(7);
    sync();
    await animationFrame();
    onItsWay = () => {};
    order.state = "paid";
    const finished = sync();
    await advanceTime(20000);
    await finished;
    expect(sent.map(({ state }) => state)).toEqual(["draft", "paid"]);
});

test("a draft's answer does not make a finished order a draft again", async () => {
    const { order, sync } = await synchronised();
    let answer;
    onItsWay = () => new Promise((resolve) => (answer = resolve));
    order.lines[0].setQuantity(7);
    const draft = sync();
    await animationFrame();
    order.state = "paid";
    answer();
    await draft;
    expect(order.state).toBe("paid");
    onItsWay = () => {};
    await sync();
    expect(sent.at(-1).state).toBe("paid");
});

test("a finished order is kept until Odoo has it", async () => {
    const { store, order, sync } = await synchronised();
    const kept = () => Object.keys(store.data.stripeKept.all);
    order.state = "paid";
    onItsWay = lose;
    await sync();
    expect(kept()).toEqual([order.uuid]);
    onItsWay = () => {};
    await sync();
    expect(kept()).toEqual([]);
});

test("no read makes an order a draft again that Odoo has not heard is finished", async () => {
    const { store, order, line, sync } = await synchronised();
    line.setPaymentStatus("done");
    order.lines[0].setQuantity(7);
    order.state = "paid";
    onItsWay = lose;
    await sync();
    await store.deviceSync.readDataFromServer();
    await store.data.loadServerOrders([["uuid", "=", order.uuid]]);
    expect([order.state, line.payment_status, order.lines[0].qty]).toEqual(["paid", "done", 7]);
    onItsWay = () => {};
    await sync();
    expect(sent.at(-1).state).toBe("paid");
    expect(commandsOf(sent.at(-1), [1])[0][2].qty).toBe(7);
});

test("an order that was finished offline is kept too, and one that Odoo refuses is not", async () => {
    const { store, order, sync } = await synchronised();
    store.data.network.offline = true;
    order.state = "paid";
    await sync();
    expect(sent).toEqual([]);
    expect(store.data.stripeKept.all[order.uuid].state).toBe("paid");
    store.data.network.offline = false;
    onItsWay = () => {
        throw makeServerError({ message: "Order is not fully paid." });
    };
    await sync();
    expect(store.data.stripeKept.all).toEqual({});
});

test("what a page that has gone left is sent, and what this page finished is not", async () => {
    const { store, order } = await synchronised();
    const refused = [];
    const send = () => store.data.sendKeptOrders((sentence) => refused.push(sentence));
    const { stripeKept } = store.data;
    const vals = { ...order.serializeForORM({ keepCommands: true }), state: "paid" };
    const leave = () => {
        stripeKept.keep({ ...vals, uuid: "of-another-page" });
        stripeKept.own.delete("of-another-page");
    };
    leave();
    stripeKept.keep(vals);
    onItsWay = lose;
    await send();
    expect(Object.keys(stripeKept.all)).toHaveLength(2);
    onItsWay = () => ({});
    await send();
    expect(sent.map(({ uuid }) => uuid)).toEqual(["of-another-page", "of-another-page"]);
    expect(Object.keys(stripeKept.all)).toEqual([order.uuid]);
    onItsWay = () => {
        throw makeServerError({ message: "Order is not fully paid." });
    };
    leave();
    await send();
    expect(refused).toEqual(["Order is not fully paid."]);
    expect(Object.keys(stripeKept.all)).toEqual([order.uuid]);
});
