import { advanceTime, animationFrame, beforeEach, click, describe, expect, test } from "@odoo/hoot";
import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { makeServerError, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
definePosModels();

const BOX = ".stripe-comparison";
const AGREES = {
    state: "agrees",
    sentence: "2 card payments (8.20 €) match Stripe",
    differences: [],
    accepted: false,
};
const COMPARING = { state: "comparing", sentence: "", differences: [], accepted: false };
const DIFFERS = {
    state: "differs",
    sentence: "This does not match Stripe:",
    differences: [{ key: "not_taken:1", problem: "It was not taken.", advice: "Collect it." }],
    accepted: false,
};

/** What Odoo's server says, one answer after the other; the last one stays. */
let answers;
/** Why it refuses to close with a difference. */
let refusal;

beforeEach(() => {
    onRpc("stripe_terminal_compare", ({ args }) => {
        expect.step(args[1]);
        return answers.length > 1 ? answers.shift() : answers[0];
    });
    onRpc("/pos_payment_stripe/accept", async (request) => {
        const { params } = await request.json();
        expect.step(JSON.stringify([params.keys, params.employee_id, params.pin]));
        if (refusal) {
            throw makeServerError({ message: refusal });
        }
    });
    refusal = "";
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

test("tells how far it is", async () => {
    answers = [{ ...COMPARING, sentence: "1,200 payments read so far" }, AGREES];
    await mountPopup();
    expect(BOX).toHaveText(/Comparing with Stripe…\s*1,200 payments read so far/);
    await advanceTime(1000);
    await animationFrame();
    expect(`${BOX}.alert-success`).toHaveText(AGREES.sentence);
    expect.verifySteps([true, false]);
});

test("who leaves the popup waits no more, and closes nothing", async () => {
    answers = [COMPARING];
    const popup = await mountPopup();
    const check = popup.checkStripe();
    await animationFrame();
    expect.verifySteps([true, false]);
    popup.stripeComparison.isStopped = true;
    await advanceTime(3000);
    expect(await check).toBe(false);
    expect.verifySteps([]);
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
    expect.verifySteps([true, false, false, '[["not_taken:1"],null,""]']);
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
    expect.verifySteps([true, false, '[["not_taken:1"],8,""]']);
});

test("an employee with a PIN enters it, and the server decides", async () => {
    answers = [DIFFERS];
    const ada = { id: 8, name: "Ada", _role: "manager", _pin: "a hash" };
    const popup = await mountPopup({ employee: ada });
    for (const [buttons, why, closes] of [
        [["Discard"], "", false],
        [["1", "2", "Confirm"], "The PIN of Ada is wrong.", false],
        [["3", "4", "Confirm"], "", true],
    ]) {
        refusal = why;
        const check = popup.checkStripe();
        await animationFrame();
        await click(".modal:last button:contains(Close all the same)");
        await animationFrame();
        expect(".modal:last").toHaveText(/PIN of Ada/);
        for (const button of buttons) {
            await click(`.modal:last button:contains(${button})`);
            await advanceTime(100);
            await animationFrame();
        }
        expect(await check).toBe(closes);
        await animationFrame();
        if (why) {
            expect(".modal:last").toHaveText(/The PIN of Ada is wrong/);
            await click(".modal:last button:contains(Ok)");
            await animationFrame();
        }
    }
    const wrong = '[["not_taken:1"],8,"12"]';
    expect.verifySteps([true, false, false, wrong, false, '[["not_taken:1"],8,"34"]']);
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
