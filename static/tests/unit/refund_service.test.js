import {
    animationFrame,
    beforeEach,
    click,
    describe,
    expect,
    test,
    waitFor,
    waitForNone,
} from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { addStripeMethod, STRIPE_METHOD_ID } from "./data/pos_payment_method.data";

describe.current.tags("desktop");
definePosModels();

/** What the order of the tests refunds. */
const TOTAL = 17.85;

/** The cards that the server would refund. */
let plan;

beforeEach(() => {
    addStripeMethod();
    plan = { found: true, lines: [{ uuid: "paid-1", card_no: "4242", part: TOTAL }] };
    onRpc("/pos_payment_stripe/unattached", () => []);
    onRpc("/pos_payment_stripe/status", () => []);
    onRpc("/pos_payment_stripe/refund_plan", () => plan);
});

/** Return an order that refunds, on its payment screen. */
async function refunding() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    order.lines.forEach((line) => line.setQuantity(-line.getQuantity(), true));
    const method = store.models["pos.payment.method"].get(STRIPE_METHOD_ID);
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    await animationFrame();
    return { order, method, screen, refunds: getService("stripe_terminal_refunds") };
}

test("a refused refund may be tried again with what is due, and no more", async () => {
    const { order, method, screen } = await refunding();
    await screen.addNewPaymentLine(method);
    const [line] = order.payment_ids;
    for (const status of ["", "pending", "retry"]) {
        line.setPaymentStatus(status);
        screen.updateSelectedPaymentline(100);
        expect(line.getAmount()).toBe(-TOTAL);
        screen.updateSelectedPaymentline(5);
        expect(line.getAmount()).toBe(-5);
    }
});

test("where core adds no line, the cashier reads why", async () => {
    const { order, method, refunds } = await refunding();
    const running = order.addPaymentline(method).data;
    running.setAmount(0);
    running.setPaymentStatus("force_done");
    expect(await refunds.addLines(order, method)).toBe(false);
    await animationFrame();
    expect(order.payment_ids).toHaveLength(1);
    expect(".modal").toHaveText(/There is already an electronic payment in progress/);
});

test("who forces a refund reads whether it is made later, or seen on the reader", async () => {
    const { order, method, screen } = await refunding();
    await screen.addNewPaymentLine(method);
    const [line] = order.payment_ids;
    const row = { id: 7, line_uuid: line.uuid, revision: 1, state: "unknown", amount: -TOTAL };
    onRpc("/pos_payment_stripe/status", () => [{ ...row, revision: ++row.revision }]);
    screen.stripeTerminal.show({ ...row });
    expect(line.payment_status).toBe("force_done");
    for (const [onReader, title] of [
        [false, /Refund later\?/],
        [true, /Force this refund\?/],
    ]) {
        row.on_reader = onReader;
        const forcing = screen.sendForceDone(line);
        await waitFor(".modal");
        expect(".modal").toHaveText(title);
        await click(".modal button:contains(Go back)");
        await forcing;
        await waitForNone(".modal");
    }
    expect(line.payment_status).toBe("force_done");
});
