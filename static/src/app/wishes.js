import { isConnectionError, request } from "./request";

/** What a cashier wants of a line: told to Odoo until Odoo has answered, also for a line that is gone. */
export class Wishes {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        /** Uuids of the lines whose payment is to be taken back. */
        this.toCancel = new Set();
        this.posting = new Set();
    }

    get uuids() {
        return [...this.toCancel];
    }

    /** Whether a line may not be asked for any more. */
    isUnwanted(uuid) {
        return this.toCancel.has(uuid) || !this.payments.getLine(uuid);
    }

    forget(uuid) {
        this.toCancel.delete(uuid);
    }

    async cancel(uuid) {
        this.toCancel.add(uuid);
        await this.postCancel(uuid);
    }

    async postCancels() {
        await Promise.all([...this.toCancel].map((uuid) => this.postCancel(uuid)));
    }

    async postCancel(uuid) {
        // A send on its way would come after the cancel: what sends posts it then.
        if (this.payments.sending.has(uuid) || this.posting.has(uuid)) {
            return;
        }
        this.posting.add(uuid);
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
                this.payments.showUnreachable(uuid);
            }
        } finally {
            this.posting.delete(uuid);
        }
    }
}
