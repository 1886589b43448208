import { animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { Component, xml } from "@odoo/owl";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { stripeTerminalTables } from "@pos_payment_stripe/restaurant/core/table_guard";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

const OTHER_METHOD_ID = 2;

beforeEach(() => {
    addStripeMethod();
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/status", () => []);
});

/** A page that shows dialogs and nothing else. */
class Page extends Component {
    static template = xml`<div/>`;
    static props = [];
}

/** Return an order with a line in some status, and what merges it into another order. */
async function seated(methodId, status, answer = "retry") {
    const merged = [];
    // As in `pos_restaurant`, which may not be there.
    patchWithCleanup(PosStore.prototype, {
        async mergeOrders(source) {
            merged.push(source.uuid);
        },
    });
    const store = await setupPosEnv();
    await mountWithCleanup(Page);
    const order = await getFilledOrder(store);
    const line = order.addPaymentline(store.models["pos.payment.method"].get(methodId)).data;
    line.setPaymentStatus(status);
    const canceled = [];
    patchWithCleanup(store.env.services.stripe_terminal, {
        cancel: async (line) => {
            canceled.push(line.uuid);
            line.setPaymentStatus(answer);
        },
    });
    patchWithCleanup(store.env.services.stripe_terminal.poller, {
        askAnew: async () => {},
    });
    const other = store.createNewOrder();
    return { store, order, line, canceled, merged, merge: () => store.mergeOrders(order, other) };
}

test("an order with a paid card keeps its products", async () => {
    const { store, merge, merged } = await seated(STRIPE_METHOD_ID, "done");
    const merging = merge();
    // What a dialog does right after the call.
    store.dialog.closeAll();
    await merging;
    await animationFrame();
    expect(".modal").toHaveText(/its products stay with it/);
    expect(merged).toEqual([]);
});

test("a running payment is taken back first", async () => {
    const { order, line, merge, merged, canceled } = await seated(STRIPE_METHOD_ID, "waitingCard");
    await merge();
    expect(canceled).toEqual([line.uuid]);
    expect(order.payment_ids).toHaveLength(0);
    expect(merged).toEqual([order.uuid]);
});

test("a card that won keeps the order's products", async () => {
    const { merge, merged } = await seated(STRIPE_METHOD_ID, "waitingCard", "done");
    await merge();
    await animationFrame();
    expect(".modal").toHaveText(/The customer paid/);
    expect(merged).toEqual([]);
});

for (const [button, moves] of [
    ["Go back", false],
    ["Move the order", true],
]) {
    test(`a blocked screen does not hide the question: ${button}`, async () => {
        const { store, order, merge, merged } = await seated(
            STRIPE_METHOD_ID,
            "force_done",
            "force_done"
        );
        store.ui.block();
        const merging = merge();
        await animationFrame();
        await animationFrame();
        expect(".modal").toHaveText(/It is not known yet/);
        expect(store.ui.isBlocked).toBe(false);
        await click(`.modal button:contains(${button})`);
        await merging;
        expect(store.ui.isBlocked).toBe(true);
        store.ui.unblock();
        expect(merged).toEqual(moves ? [order.uuid] : []);
        expect(order.payment_ids).toHaveLength(moves ? 0 : 1);
    });
}

test("other terminals keep core's behaviour", async () => {
    const { order, merge, merged } = await seated(OTHER_METHOD_ID, "done");
    await merge();
    expect(merged).toEqual([order.uuid]);
});

test("nothing is patched without tables", () => {
    const pos = {};
    stripeTerminalTables.start({}, { pos });
    expect(Object.keys(pos)).toEqual([]);
});
