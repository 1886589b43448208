import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { delay } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";

const MODEL = "pos.stripe.diagnosis";

/**
 * Tests a terminal, one step after the other, and shows each as it goes. The server does the steps;
 * after one that failed the others are not tried.
 */
export class StripeDiagnosis extends Component {
    static template = "pos_payment_stripe.StripeDiagnosis";
    static components = { Dialog };
    static props = ["close", "testId", "title", "steps"];

    setup() {
        // Not the service hook: a closed dialog still has to clear the reader's screen.
        this.orm = this.env.services.orm.silent;
        this.action = useService("action");
        this.isClosed = false;
        this.state = useState({ steps: [], running: false, result: "" });
        onMounted(() => this.run());
        onWillUnmount(() => this.close());
    }

    /** Do all steps until one fails. */
    async run() {
        const steps = this.props.steps.map((step) => ({ ...step, state: "untried" }));
        Object.assign(this.state, { steps, running: true, result: "" });
        let isGood = true;
        for (const step of this.state.steps) {
            if (!isGood || this.isClosed) {
                break;
            }
            isGood = await this.runStep(step);
        }
        if (!isGood || this.isClosed) {
            // The reader's screen must not keep what an unfinished test has put there.
            await this.ask("stop").catch(() => {});
        }
        Object.assign(this.state, { running: false, result: isGood ? "good" : "bad" });
    }

    /** Do one step to its end, and tell whether the next may follow. */
    async runStep(step) {
        step.state = "waiting";
        let answer = step;
        while (answer.state === "waiting" && !this.isClosed) {
            await delay(answer.wait || 0);
            if (this.isClosed) {
                break;
            }
            try {
                answer = await this.ask("run_step", step.name);
            } catch (error) {
                const message = error.data?.message || _t("Odoo did not answer. Test again.");
                answer = { state: "failed", message };
            }
            Object.assign(step, answer);
        }
        return step.state !== "failed";
    }

    async again() {
        try {
            await this.ask("restart");
        } catch {
            // Without a new test the old steps would only be told again.
            this.props.close();
            return;
        }
        await this.run();
    }

    async fix(step) {
        this.props.close();
        await this.action.doAction(step.fix.action);
    }

    close() {
        this.isClosed = true;
    }

    ask(method, ...args) {
        return this.orm.call(MODEL, method, [[this.props.testId], ...args]);
    }

    time(step) {
        return _t("%s ms", step.milliseconds);
    }
}

registry.category("actions").add("stripe_diagnosis", (env, { params }) => {
    env.services.dialog.add(StripeDiagnosis, {
        testId: params.test_id,
        title: params.title,
        steps: params.steps,
    });
});
