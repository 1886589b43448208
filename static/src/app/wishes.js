/* global Sha1 */

import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { askPin } from "./pin";
import { isConnectionError, request } from "./request";

/** The server's answer where a payment may not be forced, or need not be: Stripe was asked. */
const REFUSAL = "odoo.exceptions.AccessError";

/** What a cashier wants of a line: told to Odoo until Odoo has answered, also for a line that is gone. */
export class Wishes {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        /** Uuids of the lines whose payment is to be taken back. */
        this.toCancel = new Set();
        /** Who has forced a line, by its uuid, with the PIN until Odoo was asked once. */
        this.toForce = new Map();
        /** What is on its way just now. */
        this.posting = new Set();
    }

    get uuids() {
        return [...this.toCancel, ...this.toForce.keys()];
    }

    /** Whether a line may not be asked for any more. */
    isUnwanted(uuid) {
        return this.toCancel.has(uuid) || !this.payments.getLine(uuid);
    }

    forget(uuid) {
        this.toCancel.delete(uuid);
        this.toForce.delete(uuid);
    }

    async cancel(uuid) {
        this.toCancel.add(uuid);
        await this.post("postCancel", [uuid]);
    }

    /** Declare a line paid; where Odoo cannot be reached, it is taken for that until it can be. */
    async force(uuid, cashier) {
        const pin = await askPin(this.payments.dialog, cashier);
        if (pin === undefined || this.payments.getLine(uuid).getPaymentStatus() !== "force_done") {
            return;
        }
        this.forget(uuid);
        this.toForce.set(uuid, { cashier, pin, late: false });
        await this.post("postForce", [uuid]);
    }

    postCancels() {
        return this.post("postCancel", [...this.toCancel]);
    }

    postForces() {
        return this.post("postForce", [...this.toForce.keys()]);
    }

    async post(method, uuids) {
        await Promise.all(
            uuids.map(async (uuid) => {
                const key = `${method} ${uuid}`;
                // A cancel must not overtake its line's send: who sends posts it then.
                if (this.posting.has(key) || this.payments.sending.has(uuid)) {
                    return;
                }
                this.posting.add(key);
                try {
                    await this[method](uuid);
                } finally {
                    this.posting.delete(key);
                }
            })
        );
    }

    async postCancel(uuid) {
        const line = this.payments.getLine(uuid);
        try {
            if (line) {
                await this.payments.drivers.stop(line);
            }
            const datum = await request("cancel", { line_uuid: uuid });
            this.toCancel.delete(uuid);
            this.payments.show(datum);
        } catch (error) {
            // Whether the server knows no such line is told by its status.
            if (isConnectionError(error) && line?.getPaymentStatus() === "waitingCancel") {
                this.payments.showUnreachable(uuid, error);
            }
        }
    }

    async postForce(uuid) {
        const { payments } = this;
        const { cashier, pin, late } = this.toForce.get(uuid);
        const params = { line_uuid: uuid, employee_id: cashier?.id || null, pin, late };
        try {
            const datum = await request("force_done", params);
            this.toForce.delete(uuid);
            payments.show(datum);
        } catch (problem) {
            const known = payments.data[uuid];
            const error = this.verifyAlone(uuid, problem);
            const isAnswered = known?.forced
                ? error.exceptionName === REFUSAL
                : !isConnectionError(error);
            if (isAnswered) {
                this.toForce.delete(uuid);
                this.tellRefusal(uuid, error);
            }
            payments.show({ state: "unknown", ...known, line_uuid: uuid, forced: !isAnswered });
        }
    }

    /** A PIN is not kept: what Odoo could not hear now, it hears later as this till's word. */
    verifyAlone(uuid, problem) {
        const { cashier, pin } = this.toForce.get(uuid);
        if (!pin || !isConnectionError(problem)) {
            return problem;
        }
        this.toForce.set(uuid, { cashier, late: true });
        return Sha1.hash(pin) === cashier._pin
            ? problem
            : new Error(_t("The PIN of %s is wrong.", cashier.name));
    }

    /** The server knows better: what it says of the line counts. */
    tellRefusal(uuid, error) {
        const line = this.payments.getLine(uuid);
        if (line && !line.pos_order_id?.finalized) {
            this.payments.dialog.add(AlertDialog, {
                title: _t("The payment was not forced"),
                body: error.data?.message || error.message,
            });
        }
    }
}
