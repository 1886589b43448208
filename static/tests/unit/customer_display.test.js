import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { CustomerDisplayPosAdapter } from "@point_of_sale/app/customer_display/customer_display_adapter";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();
beforeEach(addStripeMethod);

/** What the customer display is told of the selected line. */
function told(order) {
    const adapter = new CustomerDisplayPosAdapter();
    adapter.formatOrderData(order);
    return adapter.data.stripeTerminal;
}

async function getLine() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    const { data: line } = order.addPaymentline(method);
    return { store, order, line, payments: method.payment_terminal.payments };
}

test("the customer reads to tap, what was declined, and what is paid", async () => {
    const { order, line, payments } = await getLine();
    line.setAmount(5);
    expect(told(order)).toBe(null);
    line.setPaymentStatus("waitingCard");
    expect(told(order).state).toBe("ask");
    expect(told(order).amount).toMatch(/5\.00/);
    line.setPaymentStatus("retry");
    expect(told(order)).toBe(null);
    payments.data[line.uuid] = { decline_slip: "DECLINED" };
    expect(told(order).state).toBe("declined");
    line.setPaymentStatus("done");
    expect(told(order).state).toBe("paid");
});

test("a customer who pays in cash reads nothing of cards", async () => {
    const { store, order } = await getLine();
    const cash = store.models["pos.payment.method"].find((method) => method.is_cash_count);
    order.addPaymentline(cash);
    expect(told(order)).toBe(null);
});
