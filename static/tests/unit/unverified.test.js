import { advanceTime, animationFrame, beforeEach, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { browser } from "@web/core/browser/browser";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

let row;

beforeEach(() => {
    addStripeMethod();
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/send", async (request) => {
        const { line } = (await request.json()).params;
        row = {
            id: 7,
            line_uuid: line.line_uuid,
            order_ref: line.order_ref,
            request_uuid: line.request_uuid,
            revision: 1,
            state: "collecting",
            amount: line.amount,
        };
        return row;
    });
    onRpc("/pos_payment_stripe/status", () => [row]);
});

async function say(values) {
    row = { ...row, ...values, revision: row.revision + 1 };
    await advanceTime(6000);
    await animationFrame();
}

async function pressStripe() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    store.config.auto_validate_terminal_payment = false;
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    const sounds = [];
    store.sound = { play: (name) => sounds.push(name) };
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    screen.addNewPaymentLine(method);
    await advanceTime(3000);
    await animationFrame();
    const line = order.payment_ids.at(-1);
    return { order, line, sounds, payments: method.payment_terminal.payments };
}

test("who forced a payment is told at once that it was not made", async () => {
    const { order, line, payments } = await pressStripe();
    payments.forcedHere.add(line.uuid);
    await say({ state: "unknown", forced: true });
    expect(line.isDone()).toBe(true);
    expect(order.isStripeUnverified).toBe(true);
    expect(".o_notification").toHaveCount(0);

    await say({ state: "canceled", canceling: false });
    expect(".o_notification").toHaveCount(1);
    expect(".o_notification").toHaveText(/was not made/);
    expect(".o_notification_bar.bg-danger").toHaveCount(1);
    payments.show({ ...row, revision: row.revision + 1 });
    await animationFrame();
    expect(".o_notification").toHaveCount(1);
    expect(order.isStripeUnverified).toBe(true);
});

test("a forced payment that was made is not doubted any more", async () => {
    const { order, line, payments } = await pressStripe();
    payments.forcedHere.add(line.uuid);
    await say({ state: "unknown", forced: true });
    await say({ state: "paid" });
    expect(order.isStripeUnverified).toBe(false);
    expect(".o_notification").toHaveCount(0);
});

test("another till's forced payment is told there", async () => {
    await pressStripe();
    await say({ state: "unknown", forced: true });
    await say({ state: "canceled" });
    expect(".o_notification").toHaveCount(0);
});

test("a decline is heard", async () => {
    const { sounds } = await pressStripe();
    expect(sounds).toEqual([]);
    await say({ state: "declined", sentence: "No funds." });
    expect(sounds).toEqual(["error"]);
});

test("a payment is heard, once", async () => {
    const { sounds, payments } = await pressStripe();
    await say({ state: "paid" });
    expect(sounds).toEqual(["notification"]);
    payments.show({ ...row, revision: row.revision + 1 });
    await animationFrame();
    expect(sounds).toEqual(["notification"]);
});

test("a browser that is to be silent is", async () => {
    browser.localStorage.setItem("mail.user_setting.message_sound", "false");
    const { sounds } = await pressStripe();
    await say({ state: "paid" });
    expect(sounds).toEqual([]);
});
