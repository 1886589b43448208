import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
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
        /** Who has forced a line, by its uuid; null where no employees log in. */
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
    async force(uuid, employeeId) {
        this.forget(uuid);
        this.toForce.set(uuid, employeeId);
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
        const params = { line_uuid: uuid, employee_id: this.toForce.get(uuid) };
        try {
            const datum = await request("force_done", params);
            this.toForce.delete(uuid);
            payments.show(datum);
        } catch (error) {
            const known = payments.data[uuid];
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
