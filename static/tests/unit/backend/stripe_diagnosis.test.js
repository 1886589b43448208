import { advanceTime, animationFrame, click, Deferred, describe, expect, test } from "@odoo/hoot";
import { StripeDiagnosis } from "@pos_payment_stripe/backend/stripe_diagnosis/stripe_diagnosis";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";

describe.current.tags("desktop");
definePosModels();

const MODEL = "pos.stripe.diagnosis";
const STEPS = [
    { name: "key", title: "Secret key" },
    { name: "screen", title: "Message" },
    { name: "payment", title: "Payment" },
];
const DONE = { state: "done", message: "fine", milliseconds: 12 };

/** Opens the dialog; `answer` is asked with the name of each step that is run. */
async function openDialog(answer) {
    await setupPosEnv();
    onRpc(MODEL, "run_step", ({ args }) => {
        expect(args[0]).toEqual([7]);
        expect.step(args[1]);
        return answer(args[1]);
    });
    onRpc(MODEL, "stop", () => {
        expect.step("stop");
        return true;
    });
    onRpc(MODEL, "restart", () => {
        expect.step("restart");
        return true;
    });
    await mountWithCleanup(MainComponentsContainer);
    getService("dialog").add(StripeDiagnosis, {
        testId: 7,
        title: "Test of Card",
        steps: STEPS,
    });
    await animationFrame();
    await pass();
}

/** Lets what the dialog waits for come. */
async function pass(milliseconds = 1) {
    for (let turn = 0; turn < 12; turn++) {
        await advanceTime(milliseconds);
        await animationFrame();
    }
}

const stateOf = (name) => `[data-step=${name}][data-state=%s]`;
const expectState = (name, state) =>
    expect(stateOf(name).replace("%s", state)).toHaveCount(1, { message: `${name} is ${state}` });

test("ticks each step with its time", async () => {
    await openDialog(() => DONE);
    expect("[data-state=done]").toHaveCount(3);
    expect("[data-step=key]").toHaveText(/12 ms/);
    expect(".alert-success").toHaveText("This terminal works.");
    expect.verifySteps(["key", "screen", "payment"]);
});

test("a step is asked for again until it has ended", async () => {
    const answers = [{ state: "waiting", wait: 500, message: "Look at the reader" }, DONE];
    await openDialog((name) => (name === "screen" ? answers.shift() : DONE));
    expectState("screen", "waiting");
    expect("[data-step=screen]").toHaveText(/Look at the reader/);
    expect.verifySteps(["key", "screen"]);
    await pass(500);
    expectState("screen", "done");
    expect.verifySteps(["screen", "payment"]);
});

test("after a failure the others are not tried, the reader is cleared, and all can begin again", async () => {
    let isOff = true;
    const failure = { state: "failed", message: "Switch it on." };
    await openDialog((name) => (name === "screen" && isOff ? failure : DONE));
    expectState("screen", "failed");
    expect("[data-step=screen] div.text-danger").toHaveText("Switch it on.");
    expectState("payment", "untried");
    expect("[data-step=payment]").toHaveText(/not tried/);
    expect(".alert-success").toHaveCount(0);
    expect.verifySteps(["key", "screen", "stop"]);
    isOff = false;
    await click(".modal-footer .btn-secondary");
    await pass();
    expect("[data-state=done]").toHaveCount(3);
    expect.verifySteps(["restart", "key", "screen", "payment"]);
});

test("closing it while the reader shows something clears the reader", async () => {
    const answer = new Deferred();
    await openDialog((name) => (name === "screen" ? answer : DONE));
    await click(".modal-footer .btn-primary");
    await animationFrame();
    expect.verifySteps(["key", "screen"]);
    answer.resolve({ state: "waiting", wait: 500, message: "Look at the reader" });
    await pass();
    expect.verifySteps(["stop"]);
});

test("an Odoo server that fails is told, not thrown", async () => {
    await openDialog(() => new Response("", { status: 502 }));
    expectState("key", "failed");
    expect("[data-step=key]").toHaveText(/Odoo did not answer/);
    expect.verifySteps(["key", "stop"]);
});
