import { advanceTime, animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
definePosModels();

const BOX = ".stripe-comparison";
const AGREES = {
    state: "agrees",
    sentence: "Stripe: 2 payments, 8.20 €, agrees with Stripe",
    differences: [],
    accepted: false,
};
const COMPARING = { state: "comparing", sentence: "", differences: [], accepted: false };
const DIFFERS = {
    state: "differs",
    sentence: "Stripe: this does not agree:",
    differences: [{ key: "not_taken:1", problem: "It was not taken.", advice: "Collect it." }],
    accepted: false,
};

/** What Odoo's server says, one answer after the other; the last one stays. */
let answers;

beforeEach(() => {
    onRpc("stripe_terminal_compare", ({ args }) => {
        expect.step(args[1]);
        return answers.length > 1 ? answers.shift() : answers[0];
    });
    onRpc("stripe_terminal_accept", ({ args }) => {
        expect.step(JSON.stringify(args.slice(1)));
        return true;
    });
});

async function mountPopup({ isManager = false, employee = null } = {}) {
    const store = await setupPosEnv();
    if (employee) {
        store.config.module_pos_hr = true;
        store.getCashier = () => employee;
    }
    const popup = await mountWithCleanup(ClosePosPopup, {
        props: {
            orders_details: { quantity: 0, amount: 0 },
            opening_notes: "",
            default_cash_details: {
                id: 1,
                name: "Cash",
                amount: 0,
                opening: 0,
                payment_amount: 0,
                moves: [],
            },
            non_cash_payment_methods: [],
            is_manager: isManager,
            amount_authorized_diff: null,
            close: () => {},
        },
    });
    await animationFrame();
    return popup;
}

test("asks the server until it knows", async () => {
    answers = [COMPARING, COMPARING, AGREES];
    const popup = await mountPopup();
    expect(BOX).toHaveText(/Comparing with Stripe/);
    for (let poll = 0; poll < 2; poll++) {
        await advanceTime(1000);
        await animationFrame();
    }
    expect(`${BOX}.alert-success`).toHaveText(AGREES.sentence);
    expect.verifySteps([true, false, false]);
    expect(await popup.checkStripe()).toBe(true);
    expect.verifySteps([false]);
});

test("lists what differs, and a cashier does not close with it", async () => {
    answers = [DIFFERS];
    const popup = await mountPopup();
    expect(`${BOX}.alert-warning`).toHaveText(/It was not taken\.\s*Collect it\./);
    expect(await popup.checkStripe()).toBe(false);
    await animationFrame();
    expect(".modal:last").toHaveText(/ask a manager/);
    await click(".modal:last button:contains(Ok)");
    answers = [AGREES];
    await click(`${BOX} button`);
    await animationFrame();
    expect(`${BOX}.alert-success`).toHaveCount(1);
    expect.verifySteps([true, false, true]);
});

test("a manager closes with it after a confirmation", async () => {
    answers = [DIFFERS];
    const popup = await mountPopup({ isManager: true });
    for (const [button, goesOn] of [
        ["Go back", false],
        ["Close all the same", true],
    ]) {
        const check = popup.checkStripe();
        await animationFrame();
        await click(`.modal:last button:contains(${button})`);
        expect(await check).toBe(goesOn);
        await animationFrame();
    }
    expect.verifySteps([true, false, false, '[["not_taken:1"],null]']);
});

test("what was accepted is not asked again", async () => {
    answers = [{ ...DIFFERS, accepted: true }];
    const popup = await mountPopup({ isManager: true });
    expect(await popup.checkStripe()).toBe(true);
    expect.verifySteps([true, false]);
});

test("where employees log in, the employee's rights count", async () => {
    answers = [DIFFERS];
    const cashier = await mountPopup({ isManager: true, employee: { id: 7, _role: "cashier" } });
    expect(cashier.mayCloseWithStripeDifference).toBe(false);
    cashier.pos.getCashier = () => ({ id: 8, _role: "manager" });
    expect(cashier.mayCloseWithStripeDifference).toBe(true);
    const check = cashier.checkStripe();
    await animationFrame();
    await click(".modal:last button:contains(Close all the same)");
    expect(await check).toBe(true);
    expect.verifySteps([true, false, '[["not_taken:1"],8]']);
});

test("a register without a Stripe reader shows nothing", async () => {
    answers = [{ ...AGREES, state: "none" }];
    const popup = await mountPopup();
    expect(BOX).toHaveCount(0);
    expect(await popup.checkStripe()).toBe(true);
    expect.verifySteps([true, false]);
});

test("an Odoo server that fails is told, not thrown", async () => {
    onRpc("stripe_terminal_compare", () => new Response("", { status: 502 }));
    await mountPopup();
    expect(`${BOX}.alert-warning`).toHaveText(/could not be compared/);
});
