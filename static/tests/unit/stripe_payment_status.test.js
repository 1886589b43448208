import { advanceTime, animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

let row, canceled;

beforeEach(() => {
    addStripeMethod();
    row = null;
    canceled = 0;
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/send", async (request) => {
        const { line } = (await request.json()).params;
        row = {
            id: 7,
            line_uuid: line.line_uuid,
            request_uuid: line.request_uuid,
            revision: 1,
            state: "new",
            amount: line.amount,
        };
        return row;
    });
    onRpc("/pos_payment_stripe/status", () => [row]);
    onRpc("/pos_payment_stripe/cancel", () => {
        canceled += 1;
        return say({ state: "canceled" });
    });
});

function say(values) {
    row = { ...row, ...values, revision: row.revision + 1 };
    return row;
}

async function later(milliseconds) {
    await advanceTime(milliseconds);
    await animationFrame();
}

async function pressStripe() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    store.config.auto_validate_terminal_payment = false;
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    method.stripe_reader_name = "Counter";
    screen.addNewPaymentLine(method);
    await animationFrame();
    return order.payment_ids.at(-1);
}

test("a reader that does not answer is named after three seconds, and can be canceled", async () => {
    const line = await pressStripe();
    expect(".electronic_status").toHaveText(/Contacting the reader/);
    expect(".electronic_status").toHaveAttribute("role", "status");
    expect(".send_payment_cancel").toHaveCount(0);
    await later(4000);
    expect(".electronic_status").toHaveText(/Counter has not answered yet/);
    await click(".send_payment_cancel");
    await later(2000);
    expect(canceled).toBe(1);
    expect(line.payment_status).toBe("retry");
});

test("a waiting line names its reader and says for how long", async () => {
    await pressStripe();
    say({ state: "collecting" });
    await later(2000);
    expect(".electronic_status").toHaveText(/Tap, insert or swipe on Counter/);
    expect(".stripe_terminal_seconds").toHaveCount(0);
    await later(3000);
    expect(".stripe_terminal_seconds").toHaveText(/^\d+ s$/);
    expect("button.send_payment_cancel").toHaveCount(1);
});

test("a paid line names its card", async () => {
    await pressStripe();
    say({ state: "paid", card_no: "4242", card: "Visa 4242" });
    await later(5000);
    expect(".electronic_status").toHaveText("Payment Successful");
    expect(".stripe_terminal_card").toHaveText("Visa 4242");
});

test("what can be pressed are buttons", async () => {
    await pressStripe();
    say({ state: "declined", sentence: "No funds.", decline_slip: "Visa", holder: 3 });
    await later(5000);
    for (const name of [
        "send_payment_request",
        "stripe_terminal_take_over",
        "stripe_terminal_decline_slip",
    ]) {
        expect(`button.${name}`).toHaveCount(1);
    }
});
