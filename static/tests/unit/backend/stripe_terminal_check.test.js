import { animationFrame, beforeEach, click, Deferred, describe, expect, test } from "@odoo/hoot";
import { Component, useState, xml } from "@odoo/owl";
import { StripeTerminalCheck } from "@pos_payment_stripe/backend/stripe_terminal_check/stripe_terminal_check";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
definePosModels();

const GOOD = { level: "success", message: "Counter is ready." };
const UNKNOWN = { level: "danger", message: "No such reader." };
const BOX = ".o_stripe_terminal_check";

let form;

/** Stands for the payment method's form: gives the widget its record again at each change. */
class Form extends Component {
    static template = xml`<StripeTerminalCheck record="record"/>`;
    static components = { StripeTerminalCheck };
    static props = ["resId", "serialNumber"];

    setup() {
        form = this;
        this.state = useState({
            serialNumber: this.props.serialNumber,
            journal: false,
            isDirty: false,
        });
    }

    get record() {
        return {
            resId: this.props.resId,
            data: {
                stripe_serial_number: this.state.serialNumber,
                journal_id: this.state.journal,
            },
            isDirty: async () => this.state.isDirty,
            load: async () => expect.step("reload"),
        };
    }
}

const mountForm = (props) =>
    mountWithCleanup(Form, { props: { resId: 1, serialNumber: "WSC1", ...props } });

const type = async (serialNumber) => {
    Object.assign(form.state, { serialNumber, isDirty: true });
    await animationFrame();
    await animationFrame();
};

beforeEach(async () => {
    await setupPosEnv();
});

test("tells what Stripe answered, and asks again for another serial number", async () => {
    onRpc("stripe_terminal_check", ({ args }) => {
        expect.step(args);
        return args[1] === "WSC1" ? GOOD : UNKNOWN;
    });
    await mountForm();
    await animationFrame();
    expect(`${BOX}.alert-success`).toHaveText(/Counter is ready\./);
    // The list of readers was refreshed meanwhile, the form shows it.
    expect.verifySteps([[[1], "WSC1", null], "reload"]);
    await type("WSC2");
    expect(`${BOX}.alert-danger`).toHaveText(/No such reader\./);
    await click(`${BOX} button`);
    await animationFrame();
    // What was typed is not reloaded away.
    expect.verifySteps([
        [[1], "WSC2", null],
        [[1], "WSC2", null],
    ]);
});

test("asks again for another journal, which may have another currency", async () => {
    onRpc("stripe_terminal_check", ({ args }) => {
        expect.step(args);
        return GOOD;
    });
    await mountForm();
    await animationFrame();
    Object.assign(form.state, { journal: { id: 7, display_name: "Bank" }, isDirty: true });
    await animationFrame();
    await animationFrame();
    expect.verifySteps([[[1], "WSC1", null], "reload", [[1], "WSC1", 7]]);
});

test("asks for a method that is not saved yet", async () => {
    onRpc("stripe_terminal_check", ({ args }) => {
        expect.step(args);
        return UNKNOWN;
    });
    await mountForm({ resId: false, serialNumber: false });
    await animationFrame();
    expect(`${BOX}.alert-danger`).toHaveCount(1);
    expect.verifySteps([[[], "", null]]);
});

test("waits beside the form, and an old answer does not replace a newer one", async () => {
    const first = new Deferred();
    onRpc("stripe_terminal_check", ({ args }) => (args[1] === "WSC1" ? first : UNKNOWN));
    await mountForm();
    expect(BOX).toHaveText(/Asking Stripe/);
    await type("WSC2");
    expect(BOX).toHaveText(/No such reader\./);
    first.resolve(GOOD);
    await animationFrame();
    expect(BOX).toHaveText(/No such reader\./);
});

test("an Odoo server that fails is told, not thrown", async () => {
    onRpc("stripe_terminal_check", () => new Response("", { status: 502 }));
    await mountForm();
    await animationFrame();
    expect(`${BOX}.alert-warning`).toHaveText(/could not be checked/);
    expect.verifySteps(["reload"]);
});
