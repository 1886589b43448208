/* global Sha1 */

import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { delay } from "@web/core/utils/concurrency";
import { uuidv4 } from "@point_of_sale/utils";
import { askPin } from "@pos_payment_stripe/app/guards/approval";
import { isConnectionError, isRefusal, refusalOf, request } from "@pos_payment_stripe/app/request";

/** Pauses in milliseconds before the request to Odoo is made again. */
const SEND_PAUSES = [500, 1500, 3000];
/** Milliseconds that a request waits for the browser to keep its line. */
const WRITE_WAIT = 1000;

/**
 * Return what synchronises an order that Odoo has not got, so that its payment can bring it back.
 *
 * @param {Object} order of a card payment that is about to be asked for
 * @returns {Object|null} null where Odoo has the order already
 */
function basketOf(order) {
    if (order.isSynced) {
        return null;
    }
    // Prices are on the lines only once they are about to be sent.
    order.setOrderPrices();
    return order.serializeForORM({ keepCommands: true });
}

/** What a cashier wants of a line: told to Odoo until Odoo has answered, also for a line that is gone. */
export class Outbox {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        /** The lines whose payment is being asked for, and the last request of each, by uuid. */
        this.sending = new Set();
        this.requests = {};
        /** Who has approved a refund line that is about to be sent, with the PIN. */
        this.approvals = {};
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

    /** Whether an answer is to an earlier try of a line that is being sent again. */
    isLate(datum) {
        const uuid = datum.line_uuid;
        const isOther = "request_uuid" in datum && this.requests[uuid] !== datum.request_uuid;
        return isOther && this.sending.has(uuid);
    }

    /** Ask for the payment of a line until Odoo has answered, or nobody wants it any more. */
    async send(line) {
        const { uuid } = line;
        const { payments } = this;
        const requestUuid = uuidv4();
        this.forget(uuid);
        this.requests[uuid] = requestUuid;
        this.sending.add(uuid);
        await Promise.all([payments.tipsLoaded, this.keepLines()]);
        const isThere = payments.getLine(uuid);
        const datum = isThere && (await this.postSend(uuid, this.sendParams(line, requestUuid)));
        this.sending.delete(uuid);
        if (datum) {
            payments.show(datum);
        }
        if (this.isUnwanted(uuid)) {
            await this.cancel(uuid);
        }
        payments.poller.schedule(true);
    }

    /**
     * Have the browser keep the lines now, which core does a moment later: a page that dies right
     * after *Send* finds its line again. Best effort, since a full storage stops no payment.
     */
    async keepLines() {
        const keep = async () => this.payments.pos.data.synchronizeLocalDataInIndexedDB();
        await Promise.race([keep().catch(() => {}), delay(WRITE_WAIT)]);
    }

    sendParams(line, requestUuid) {
        const { data, dues, pos, tips } = this.payments;
        const order = line.pos_order_id;
        const approval = this.approvals[line.uuid];
        delete this.approvals[line.uuid];
        return {
            session_id: pos.session.id,
            payment_method_id: line.payment_method_id.id,
            line: {
                line_uuid: line.uuid,
                request_uuid: requestUuid,
                order_uuid: order.uuid,
                order_ref: order.pos_reference || order.getName(),
                partner_id: order.getPartner()?.id || null,
                amount: line.getAmount(),
                refunded_uuid: line.stripe_refunded_uuid || null,
                ...tips?.facts(order),
                ...approval,
                ...dues.facts(line),
                basket: basketOf(order),
                despite: data[line.uuid]?.failure_code === "payment_on_its_way",
            },
        };
    }

    /** The same request may arrive twice: the server knows it by its uuid. */
    async postSend(uuid, params) {
        for (const pause of [...SEND_PAUSES, null]) {
            const began = performance.now();
            try {
                const datum = await request("send", params);
                this.payments.poller.rest(began);
                return datum;
            } catch (error) {
                if (!isConnectionError(error)) {
                    return { line_uuid: uuid, state: "declined", sentence: refusalOf(error) };
                }
                if (pause === null) {
                    this.sending.delete(uuid);
                    return this.payments.showUnreachable(uuid, error);
                }
                await delay(pause);
            }
            if (this.isUnwanted(uuid)) {
                return;
            }
        }
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
                if (this.posting.has(key) || this.sending.has(uuid)) {
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
            if (!this.toForce.has(uuid)) {
                // Sent again meanwhile: what became of this no longer matters.
                return;
            }
            const known = payments.data[uuid];
            const error = this.verifyAlone(uuid, problem);
            // A payment may not be forced, or need not be: Stripe was asked.
            const isAnswered = known?.forced ? isRefusal(error) : !isConnectionError(error);
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
                body: refusalOf(error),
            });
        }
    }
}
