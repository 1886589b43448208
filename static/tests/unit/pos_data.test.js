import { advanceTime, animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import {
    makeServerError,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { MainComponentsContainer } from "@web/core/main_components_container";
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
const refuse = () => {
    throw makeServerError({ message: "Order is not fully paid." });
};
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
    expect(till.store.data.stripeOrders).toBe(undefined);
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
    const kept = () => Object.keys(store.data.stripeOrders.kept.all);
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

/** Return an order that has got a card line while Odoo's answer to its first draft was on its way. */
async function draftedLate() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    let goOn;
    onItsWay = () => new Promise((resolve) => (goOn = resolve));
    const sync = store.syncAllOrders({ orders: [order] });
    await animationFrame();
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    const { data: line } = order.addPaymentline(method);
    goOn();
    await sync;
    return { store, order, line };
}

test("the answer to an order's first draft leaves the card line, added meanwhile, to its order", async () => {
    const { store, order, line } = await draftedLate();
    expect(order.isSynced).toBe(true);
    expect(order.payment_ids.includes(line)).toBe(true);
    expect(line.pos_order_id?.uuid).toBe(order.uuid);
    onItsWay = () => {};
    await store.syncAllOrders({ orders: [order] });
    expect(sent.at(-1).payment_ids.map(([code, , vals]) => [code, vals.uuid])).toEqual([
        [0, line.uuid],
    ]);
});

test("a read that Odoo answered before it had a card line leaves the line to its order", async () => {
    const { store, order } = await synchronised();
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    const { data: line } = order.addPaymentline(method);
    await store.data.loadServerOrders([["uuid", "=", order.uuid]]);
    expect(order.payment_ids.includes(line)).toBe(true);
    expect(line.pos_order_id?.uuid).toBe(order.uuid);
});

test("an order that was finished offline is kept too, and one that core takes back is not", async () => {
    const { store, order, sync } = await synchronised();
    store.data.network.offline = true;
    order.state = "paid";
    await sync();
    expect(sent).toEqual([]);
    expect(store.data.stripeOrders.kept.all[order.uuid].state).toBe("paid");
    store.data.network.offline = false;
    onItsWay = refuse;
    await store.syncAllOrders({ orders: [order], throw: true }).catch(() => {
        order.state = "draft";
    });
    await advanceTime(10);
    expect(store.data.stripeOrders.kept.all).toEqual({});
});

test("an order that Odoo confirms while the network seems lost is not kept after it", async () => {
    const { store, order, sync } = await synchronised();
    let answer;
    onItsWay = () => new Promise((resolve) => (answer = resolve));
    order.state = "paid";
    const finished = sync();
    await animationFrame();
    // As a receipt that is printed meanwhile does.
    order._markDirty();
    store.data.network.offline = true;
    const another = sync();
    await animationFrame();
    store.data.network.offline = false;
    answer();
    await Promise.all([finished, another]);
    expect(sent).toHaveLength(1);
    expect(store.data.stripeOrders.kept.all).toEqual({});
});

test("what happens to an order that Odoo has confirmed does not have it sent by another page", async () => {
    const { store, order, line, sync } = await synchronised();
    line.setPaymentStatus("done");
    order.state = "paid";
    await sync();
    // Core notes something of its own in orders that have arrived, and has no use for it.
    order._dirty = true;
    const next = await getFilledOrder(store);
    next.addPaymentline(line.payment_method_id);
    next.state = "paid";
    store.data.network.offline = true;
    await store.syncAllOrders();
    expect(Object.keys(store.data.stripeOrders.kept.all)).toEqual([next.uuid]);
});

test("a finished order that is refused is kept, and the cashier is told why", async () => {
    const { store, order, sync } = await synchronised();
    await mountWithCleanup(MainComponentsContainer);
    order.state = "paid";
    onItsWay = refuse;
    await sync();
    await advanceTime(10);
    await animationFrame();
    expect(Object.keys(store.data.stripeOrders.kept.all)).toEqual([order.uuid]);
    expect(".o_notification").toHaveCount(1);
    expect(".o_notification").toHaveText(/Order is not fully paid/);
    onItsWay = () => {};
    await sync();
    await animationFrame();
    expect(store.data.stripeOrders.kept.all).toEqual({});
    expect(".o_notification").toHaveCount(0);
});

test("a full storage does not stop the sale", async () => {
    const { store, order, sync } = await synchronised();
    patchWithCleanup(browser, {
        localStorage: {
            getItem: () => null,
            setItem() {
                throw new DOMException("full", "QuotaExceededError");
            },
        },
    });
    order.state = "paid";
    await sync();
    expect(sent.map(({ state }) => state)).toEqual(["paid"]);
    expect(store.data.stripeOrders.kept.all).toEqual({});
});

/** Return a till that finds an order that a page which has gone had finished. */
async function afterCrash() {
    const { store, order } = await synchronised();
    await mountWithCleanup(MainComponentsContainer);
    const { kept } = store.data.stripeOrders;
    order.uiState.couponPointChanges = { 7: { points: 3 } };
    const vals = { ...order.serializeForORM({ keepCommands: true }), state: "paid" };
    kept.keep(order, vals);
    kept.own.clear();
    order.uiState.couponPointChanges = {};
    const send = async () => {
        window.dispatchEvent(new CustomEvent("pos-network-online"));
        await advanceTime(10);
        await animationFrame();
    };
    onItsWay = lose;
    // The mock server writes no dates.
    store.deviceSync.readDataFromServer = async () => {};
    await store.afterProcessServerData();
    return { store, order, send, kept: () => Object.keys(kept.all) };
}

test("what a page that has gone left is sent, with all that follows", async () => {
    const { store, order, send, kept } = await afterCrash();
    patchWithCleanup(store, {
        async postSyncAllOrders(orders) {
            for (const { uuid, state, uiState } of orders) {
                expect.step([uuid, state, uiState.couponPointChanges]);
            }
        },
    });
    expect(kept()).toEqual([order.uuid]);
    expect.verifySteps([]);
    onItsWay = () => {};
    await send();
    expect.verifySteps([[order.uuid, "paid", { 7: { points: 3 } }]]);
    expect(kept()).toEqual([]);
    expect("stripeUiState" in sent.at(-1)).toBe(false);
});

test("what a page left and Odoo refuses is kept until a manager discards it", async () => {
    const { store, order, send, kept } = await afterCrash();
    onItsWay = refuse;
    for (let turn = 0; turn < 2; turn++) {
        await send();
        expect(kept()).toEqual([order.uuid]);
        expect(".o_notification").toHaveCount(1);
        expect(".o_notification").toHaveText(/Order is not fully paid/);
    }
    let role = "cashier";
    patchWithCleanup(store, { getCashier: () => ({ _role: role }) });
    await click(".o_notification button:contains(Discard)");
    await animationFrame();
    await click(".modal button:contains(Ok)");
    await animationFrame();
    expect(kept()).toEqual([order.uuid]);
    role = "manager";
    await click(".o_notification button:contains(Discard)");
    await animationFrame();
    await click(".modal button:contains(Discard the order)");
    await animationFrame();
    expect(kept()).toEqual([]);
    expect(".o_notification").toHaveCount(0);
});
