import { _t } from "@web/core/l10n/translation";
import { delay } from "@web/core/utils/concurrency";
import { isConnectionError, request } from "@pos_payment_stripe/app/request";
import { WAITING_STATUSES, isFinal } from "./states";

const POLL_PAUSE = 1000;
/** So many questions until the pauses grow. */
const POLL_STEADY = 30;
const POLL_PAUSE_MAX = 4000;
const POLL_GROWTH = 1.15;
/**
 * After an answer that took long, this many times as long, so that a busy server gets through; up
 * to the maximum where the bus and Stripe's webhook tell, and to the longest pause elsewhere. A till
 * that is silent for ten seconds counts as gone.
 */
const POLL_RESPITE = 10;
const POLL_RESPITE_MAX = 6000;
/** A question makes the server read Stripe; without a bus the answer is fetched so soon after. */
const READ_PAUSE = 300;
/** After so many unanswered polls in a row the cashier is told that the state is unknown. */
const POLL_FAILURES = 3;
/** How many milliseconds a cashier waits for Stripe to be asked once more. */
const ASK_WAIT = 8000;

/** Asks Odoo's server what became of lines, when the bus says so or after a while. */
export class Poller {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        /** Lines of which the server may know more than this till. */
        this.unseen = new Set();
        this.count = 0;
        this.failures = 0;
        this.timer = null;
        this.respite = 0;
        this.polling = false;
    }

    /** Whatever the server has sent of orders, by bus or on demand, is older than what is known. */
    onRead() {
        if (this.payments.pos.models._loadingData && !this.reading) {
            this.reading = Promise.resolve().then(() => {
                this.reading = null;
                this.resume();
            });
        }
    }

    /**
     * Look at every line of this till that is not paid, whatever the browser remembers of it.
     *
     * @param {Object} [told] the id of a payment that the server says has changed
     */
    resume(told) {
        const { data, outbox, pos, tips } = this.payments;
        tips?.resume(told);
        for (const line of pos.models["pos.payment"].getAll()) {
            if (!line.isStripeTerminal || line.pos_order_id?.finalized || line.isDone()) {
                continue;
            }
            const datum = data[line.uuid];
            if (!datum?.id) {
                this.unseen.add(line.uuid);
            } else if (!outbox.sending.has(line.uuid)) {
                // An older copy of the order may have come from the server.
                this.payments.show(datum);
            }
        }
        return this.poll();
    }

    /** Paid lines of orders that this till has not finished: it says so, and other tills wait. */
    get unfinishedUuids() {
        const { data, pos } = this.payments;
        return pos.models["pos.payment"]
            .filter(
                (line) => line.isStripeDone && data[line.uuid]?.id && this.payments.isOurs(line)
            )
            .map((line) => line.uuid);
    }

    get openUuids() {
        const { data, outbox, tips } = this.payments;
        const open = Object.values(data)
            .filter((datum) => !(isFinal(datum) || datum.held) || datum.canceling)
            .map((datum) => datum.line_uuid);
        return [
            ...new Set([
                ...open,
                ...(tips?.capturing || []),
                ...this.unseen,
                ...outbox.uuids,
                ...this.unfinishedUuids,
            ]),
        ].filter((uuid) => !outbox.sending.has(uuid));
    }

    /** Have the server ask Stripe about a line now, and wait for what came of it. */
    async askAnew(line) {
        const { data } = this.payments;
        const before = data[line.uuid]?.revision;
        const until = Date.now() + ASK_WAIT;
        do {
            await this.poll();
            const { revision, asking } = data[line.uuid] || {};
            if (!asking && revision !== before) {
                return;
            }
            await delay(POLL_PAUSE / 2);
        } while (line.getPaymentStatus() === "force_done" && Date.now() < until);
    }

    async poll() {
        clearTimeout(this.timer);
        if (this.polling) {
            this.pollAgain = true;
            return this.polling;
        }
        if (!this.openUuids.length) {
            return;
        }
        this.polling = this.ask();
        try {
            await this.polling;
        } finally {
            this.polling = false;
        }
        if (this.pollAgain) {
            this.pollAgain = false;
            return this.poll();
        }
        this.schedule();
    }

    /** A line that was forced here counts as done until the server knows of it. */
    async ask() {
        const { outbox } = this.payments;
        await outbox.postForces();
        const uuids = this.openUuids.filter((uuid) => !outbox.toForce.has(uuid));
        if (uuids.length) {
            await this.read(uuids);
        }
        await outbox.postCancels();
    }

    async read(uuids) {
        const { payments } = this;
        const began = performance.now();
        this.respite = 0;
        try {
            const data = await request("status", { line_uuids: uuids });
            this.rest(began);
            this.failures = 0;
            data.forEach((datum) => payments.show(datum));
            const known = new Set(data.map((datum) => datum.line_uuid));
            uuids.forEach((uuid) => this.unseen.delete(uuid));
            uuids.filter((uuid) => !known.has(uuid)).forEach((uuid) => this.showNeverSent(uuid));
        } catch (error) {
            this.failures += 1;
            if (this.failures >= POLL_FAILURES || !isConnectionError(error)) {
                uuids.forEach((uuid) => payments.showUnreachable(uuid, error));
            }
        }
    }

    /** Leave a server alone for a while that took long to answer. */
    rest(began) {
        const took = performance.now() - began;
        this.respite = Math.min(took * POLL_RESPITE, POLL_RESPITE_MAX);
    }

    showNeverSent(uuid) {
        const { payments } = this;
        const { data, outbox } = payments;
        if (outbox.sending.has(uuid)) {
            return;
        }
        outbox.forget(uuid);
        const line = payments.getLine(uuid);
        if (line && [...WAITING_STATUSES, "force_done"].includes(line.getPaymentStatus())) {
            data[uuid] = {
                line_uuid: uuid,
                state: "declined",
                sentence: _t("The payment did not reach the reader. Nothing was charged."),
            };
            payments.setStatus(line, "retry");
        } else if (!line || !isFinal(data[uuid])) {
            delete data[uuid];
        }
        payments.settle(uuid, false);
    }

    /** @param {boolean} [isNew] whether something has begun, so that pauses are short again */
    schedule(isNew) {
        clearTimeout(this.timer);
        if (isNew) {
            this.count = 0;
        }
        if (this.openUuids.length) {
            this.timer = setTimeout(() => this.poll(), this.nextPause());
        }
    }

    /** Where the bus and Stripe's webhook tell, asking is only for what they may fail to tell. */
    nextPause() {
        const { data, pos } = this.payments;
        this.count += 1;
        const hasBus = pos.bus.workerState === "CONNECTED";
        const unfinished = this.unfinishedUuids;
        const asked = this.openUuids.filter((uuid) => !unfinished.includes(uuid));
        if (!asked.length || (hasBus && asked.every((uuid) => data[uuid]?.told))) {
            return Math.max(POLL_PAUSE_MAX, this.respite);
        }
        const growth = POLL_GROWTH ** Math.max(this.count - POLL_STEADY, 0);
        const pause = Math.min(Math.max(POLL_PAUSE * growth, this.respite), POLL_PAUSE_MAX);
        if (hasBus) {
            return pause;
        }
        return this.count % 2 ? pause - READ_PAUSE : READ_PAUSE;
    }
}
