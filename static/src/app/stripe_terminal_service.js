import { AlertDialog, ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { delay } from "@web/core/utils/concurrency";
import { uuidv4 } from "@point_of_sale/utils";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { basketOf } from "./basket";
import { Drivers } from "./drivers";
import { Dues } from "./dues";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { reactive } from "@odoo/owl";
import { forceReaderRefundTexts, forceRefundTexts, isRefundWithoutReader } from "./refund_texts";
import { loadLazy } from "./lazy";
import { isConnectionError, problemSentence, request, tellProblem } from "./request";
import { playSound } from "./sound";
import { tellUnpaid } from "./unverified";
import { Wishes } from "./wishes";

const BUS_NAME = "STRIPE_TERMINAL_PAYMENT";
/** Pauses in milliseconds before the request to Odoo is made again. */
const SEND_PAUSES = [500, 1500, 3000];
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
/** A draft's synchronisation may delay "Payment Successful" by this many milliseconds at most. */
const SYNC_WAIT = 5000;
/** How many milliseconds a cashier waits for Stripe to be asked once more. */
const ASK_WAIT = 8000;

const FINAL_STATES = ["paid", "declined", "canceled"];
const STATUS_OF_STATE = {
    new: "waiting",
    collecting: "waitingCard",
    authorized: "waitingCapture",
    paid: "done",
    declined: "retry",
    canceled: "retry",
    unknown: "force_done",
};
const WAITING_STATUSES = ["waiting", "waitingCard", "waitingCapture", "waitingCancel"];

/** Whether the money is the shop's, or held for it until the tip is known. */
const isPaid = (datum) => datum.state === "paid" || (datum.held && !datum.canceling);

/** Whether another till has put the payment, which no order showed there, on an order of its own. */
const isOnOtherOrder = (line, datum) =>
    datum.order_uuid && datum.order_uuid !== line.pos_order_id.uuid;

const notOfThisOrder = (datum) => ({
    ...datum,
    state: "canceled",
    held: false,
    forced: false,
    sentence: _t("This payment was put on order %s, because no order showed it.", datum.order_ref),
});

/**
 * Owns the running Stripe payments of this till. It decides nothing about money: it asks Odoo's
 * server, shows what the server says on the payment line with that uuid, and asks again when the
 * bus says that something changed, or after a while.
 */
export class StripeTerminalPayments {
    constructor(env, { pos, dialog }) {
        this.env = env;
        this.pos = pos;
        this.dialog = dialog;
        /** What the server said last, by line uuid. */
        this.data = reactive({});
        this.drivers = new Drivers(this);
        this.wishes = new Wishes(this);
        this.dues = new Dues(this);
        /** Lines of which the server may know more than this till. */
        this.unseen = new Set();
        this.requests = {};
        /** Who has approved a refund line that is about to be sent, with the PIN. */
        this.approvals = {};
        /** When lines began to wait, by uuid, in milliseconds since 1970. */
        this.waitingSince = {};
        this.sending = new Set();
        /** Lines that were forced here, until Stripe's word on them is known. */
        this.forcedHere = new Set();
        /** Lines of finished orders whose tip is being charged. */
        this.capturing = new Set();
        /** The tips that this till has put on orders, by line uuid. */
        this.addedTips = new Map();
        /** Who waits for a payment, and who for a cancel, by line uuid. */
        this.senders = new Map();
        this.cancelers = new Map();
        /** Lines that are being shown as paid. */
        this.recording = new Map();
        this.pollCount = 0;
        this.pollFailures = 0;
        this.pollTimer = null;
        this.respite = 0;
        this.polling = false;
        pos.data.connectWebSocket(BUS_NAME, (told) => this.resume(told));
        for (const event of ["create", "update"]) {
            pos.models["pos.payment"].addEventListener(event, () => this.onRead());
        }
        this.resume();
        if (pos.config.tip_product_id) {
            // What only tips need comes beside everything else.
            this.tipsLoaded = loadBundle("pos_payment_stripe.tips").then(
                () => this.resume(),
                () => {}
            );
        }
    }

    getLine(uuid) {
        return this.pos.models["pos.payment"].find((line) => line.uuid === uuid);
    }

    /** What to tell the cashier about a line. */
    sentence(line) {
        return this.data[line.uuid]?.sentence || "";
    }

    /**
     * Ask for the payment of a line.
     *
     * @returns {Promise<boolean>} true once it is paid; false when it is refused, canceled or unknown
     */
    send(line) {
        // Survives a reload, and is not told to other tills.
        const { uiState } = line.pos_order_id;
        uiState.stripeTerminalLines = [...(uiState.stripeTerminalLines || []), line.uuid];
        const requestUuid = uuidv4();
        this.wishes.forget(line.uuid);
        this.requests[line.uuid] = requestUuid;
        this.sending.add(line.uuid);
        this.dues.prepare(line);
        this.setStatus(line, "waiting");
        const settled = this.waitIn(this.senders, line.uuid);
        this.drivers.prepare(line);
        this.postRequest(line, requestUuid);
        this.pos.data.loadStripeKept();
        if (line.pos_order_id.isSynced) {
            // Other devices see this order, and shall see that a card is asked for.
            this.pos.syncAllOrders({ orders: [line.pos_order_id] }).catch(() => {});
        }
        return settled;
    }

    /** The same request may arrive twice: the server knows it by its uuid. */
    async postRequest(line, requestUuid) {
        const order = line.pos_order_id;
        await Promise.all([this.tipsLoaded, this.pos.data.stripeLinesKept()]);
        const params = {
            session_id: this.pos.session.id,
            payment_method_id: line.payment_method_id.id,
            line: {
                line_uuid: line.uuid,
                request_uuid: requestUuid,
                order_uuid: order.uuid,
                order_ref: order.pos_reference || order.getName(),
                partner_id: order.getPartner()?.id || null,
                amount: line.getAmount(),
                refunded_uuid: line.stripe_refunded_uuid || null,
                ...this.tipFacts(order),
                ...this.approvals[line.uuid],
                ...this.dues.facts(line),
                basket: basketOf(order),
                despite: this.data[line.uuid]?.failure_code === "payment_on_its_way",
            },
        };
        delete this.approvals[line.uuid];
        for (const pause of [...SEND_PAUSES, null]) {
            const began = performance.now();
            try {
                const datum = await request("send", params);
                this.rest(began);
                this.sending.delete(line.uuid);
                this.show(datum);
                break;
            } catch (error) {
                if (!isConnectionError(error)) {
                    this.sending.delete(line.uuid);
                    this.show({
                        line_uuid: line.uuid,
                        state: "declined",
                        sentence: error.data?.message || error.message,
                    });
                    break;
                }
                if (pause === null) {
                    this.sending.delete(line.uuid);
                    this.showUnreachable(line.uuid, error);
                } else {
                    await delay(pause);
                }
            }
            if (this.wishes.isUnwanted(line.uuid)) {
                break;
            }
        }
        this.sending.delete(line.uuid);
        if (this.wishes.isUnwanted(line.uuid)) {
            await this.wishes.cancel(line.uuid);
        }
        this.pollCount = 0;
        this.schedulePoll();
    }

    /**
     * Take a payment back; ends with Stripe's answer.
     *
     * @returns {Promise<boolean>} true when the line is not and will not be charged
     */
    async cancel(line) {
        this.setStatus(line, "waitingCancel");
        const settled = this.waitIn(this.cancelers, line.uuid);
        await this.wishes.cancel(line.uuid);
        this.pollCount = 0;
        this.poll();
        await settled;
        return FINAL_STATES.includes(this.data[line.uuid]?.state) && !line.isDone();
    }

    /** Give up a line that is declined: its PaymentIntent is canceled beside. */
    async abandon(line) {
        if (this.data[line.uuid]?.id) {
            await this.wishes.cancel(line.uuid);
            this.schedulePoll();
        }
    }

    /**
     * Declare a line paid after a connection error; Stripe is asked once more first.
     *
     * @returns {Promise<boolean>} true when the cashier may go on with the line as paid
     */
    async forceDone(line) {
        if (!this.mayForce()) {
            this.dialog.add(AlertDialog, {
                title: _t("Advanced rights needed"),
                body: _t(
                    "Only an employee with advanced rights can force a payment. Ask one to log in, or wait until Stripe answers."
                ),
            });
            return false;
        }
        await this.askAnew(line);
        if (line.getPaymentStatus() !== "force_done") {
            return false;
        }
        const confirmed = await ask(this.dialog, this.forceTexts(line), {}, ConfirmationDialog);
        if (!confirmed || line.getPaymentStatus() !== "force_done") {
            return false;
        }
        this.forcedHere.add(line.uuid);
        await this.wishes.force(line.uuid, this.cashier);
        this.schedulePoll();
        if (!line.isDone()) {
            this.forcedHere.delete(line.uuid);
        }
        return line.isDone();
    }

    forceTexts(line) {
        const amount = this.env.utils.formatCurrency(Math.abs(line.getAmount()));
        if (line.getAmount() < 0) {
            return isRefundWithoutReader(line, this.data[line.uuid])
                ? forceRefundTexts(amount)
                : forceReaderRefundTexts(amount);
        }
        return {
            title: _t("Force this payment?"),
            body: _t(
                "Stripe cannot be asked whether the card was charged. Look at the reader: go on only if it shows that the payment of %s was approved. The payment stays marked as unverified until Stripe confirms it.",
                amount
            ),
            confirmLabel: _t("The reader shows it as approved"),
            cancelLabel: _t("Go back"),
        };
    }

    /** Where employees log in, only those with advanced rights may force a payment. */
    mayForce() {
        return !this.cashier || this.cashier._role === "manager";
    }

    /** Who is logged in, where employees log in. */
    get cashier() {
        return this.pos.config.module_pos_hr ? this.pos.getCashier() : null;
    }

    /** Have the server ask Stripe about a line now, and wait for what came of it. */
    async askAnew(line) {
        const before = this.data[line.uuid]?.revision;
        const until = Date.now() + ASK_WAIT;
        do {
            await this.poll();
            const { revision, asking } = this.data[line.uuid] || {};
            if (!asking && revision !== before) {
                return;
            }
            await delay(POLL_PAUSE / 2);
        } while (line.getPaymentStatus() === "force_done" && Date.now() < until);
    }

    /** Have the reader's other payment canceled, and send the line when the reader is free. */
    async takeOver(line) {
        try {
            const takeOver = await loadLazy("others", "take_over");
            await takeOver(this, line);
        } catch (error) {
            if (!isConnectionError(error)) {
                throw error;
            }
            tellProblem(this.dialog, _t("Connection error"), error);
        }
    }

    /** Whatever the server has sent of orders, by bus or on demand, is older than what is known. */
    onRead() {
        if (this.pos.models._loadingData && !this.reading) {
            this.reading = Promise.resolve().then(() => {
                this.reading = null;
                this.resume();
            });
        }
    }

    /** Look at every line of this till that is not paid, whatever the browser remembers of it. */
    resume() {
        for (const line of this.pos.models["pos.payment"].getAll()) {
            if (!line.isStripeTerminal || line.pos_order_id?.finalized || line.isDone()) {
                continue;
            }
            const datum = this.data[line.uuid];
            if (!datum?.id) {
                this.unseen.add(line.uuid);
            } else if (!this.sending.has(line.uuid)) {
                // An older copy of the order may have come from the server.
                this.show(datum);
            }
        }
        return this.poll();
    }

    // What the server says

    show(datum) {
        const uuid = datum.line_uuid;
        const known = this.data[uuid];
        const isLate =
            ("request_uuid" in datum && this.isOtherRequest(uuid, datum.request_uuid)) ||
            datum.revision < known?.revision;
        if (isLate) {
            return;
        }
        const line = this.getLine(uuid);
        if (this.wishes.toCancel.has(uuid) && !FINAL_STATES.includes(datum.state)) {
            // What Odoo has not heard yet holds here already: nobody asks for the card any more.
            datum = { ...datum, canceling: true, collects: false };
        }
        if (line?.pos_order_id && isOnOtherOrder(line, datum)) {
            datum = notOfThisOrder(datum);
        }
        this.data[uuid] = datum;
        const isSettled = FINAL_STATES.includes(datum.state) && !datum.canceling;
        if (isSettled && this.forcedHere.delete(uuid) && !isPaid(datum)) {
            tellUnpaid(this, datum);
        }
        if (!line || line.pos_order_id?.finalized) {
            this.updateInProgress();
            return;
        }
        this.drivers.follow(line, datum);
        if (isPaid(datum)) {
            this.showPaid(line, datum);
        } else if (datum.forced) {
            this.setStatus(line, "done");
            this.settle(uuid, true);
        } else {
            const isCanceling = datum.canceling && !FINAL_STATES.includes(datum.state);
            const status =
                isCanceling && datum.state !== "unknown"
                    ? "waitingCancel"
                    : STATUS_OF_STATE[datum.state];
            this.setStatus(line, status);
            if (!line.pos_order_id?.getSelectedPaymentline()) {
                // After a reload nothing is selected, and only a selected line shows its status.
                line.pos_order_id?.selectPaymentline(line);
            }
            if (!WAITING_STATUSES.includes(status)) {
                this.settle(uuid, false);
            }
        }
    }

    isOtherRequest(uuid, requestUuid) {
        return this.sending.has(uuid) && this.requests[uuid] !== requestUuid;
    }

    async showPaid(line, datum) {
        // What core sends of a draft answers with what was before.
        await Promise.race([this.pos.data.stripeSynced(line.pos_order_id), delay(SYNC_WAIT)]);
        await this.recordPaid(line, datum);
    }

    /** Once at a time: a line counts as paid when its tip is on the order. */
    recordPaid(line, datum) {
        const { uuid } = line;
        if (!this.recording.has(uuid)) {
            const recording = this.record(line, datum).finally(() => this.recording.delete(uuid));
            this.recording.set(uuid, recording);
        }
        return this.recording.get(uuid);
    }

    /** Whether the server says that a line is paid, and the till is about to show it. */
    isRecording(line) {
        const datum = this.data[line.uuid];
        return Boolean(datum && isPaid(datum));
    }

    async record(line, datum) {
        if (!line.pos_order_id || line.pos_order_id.finalized) {
            return;
        }
        if (!(await this.addTip(line, datum.tip || 0))) {
            return;
        }
        if (line.getAmount() !== datum.amount) {
            line.setAmount(datum.amount);
        }
        line.transaction_id = datum.transaction_id;
        line.card_brand = datum.card_brand;
        line.card_type = datum.card_type;
        line.card_no = datum.card_no;
        line.payment_method_authcode = datum.authcode;
        line.ticket = datum.ticket;
        const wasDone = line.isDone();
        this.setStatus(line, "done");
        if (!this.settle(line.uuid, true) && !wasDone) {
            this.validateIfPaid(line.pos_order_id);
        }
    }

    /** What a tip may be given for; registers that take tips load more than that. */
    tipFacts() {
        return {};
    }

    async addTip() {
        return true;
    }

    showUnreachable(uuid, error) {
        if (this.getLine(uuid)?.isDone()) {
            return;
        }
        this.show({
            ...this.data[uuid],
            line_uuid: uuid,
            state: "unknown",
            sentence: problemSentence(error),
        });
    }

    setStatus(line, status) {
        const before = line.getPaymentStatus();
        line.setPaymentStatus(status);
        const isAnswer = WAITING_STATUSES.includes(before) && !WAITING_STATUSES.includes(status);
        // Whoever cancels waits for nothing else.
        const isExpected = before === "waitingCancel" && status === "retry";
        if (isAnswer && !isExpected && this.isOurs(line)) {
            playSound(this.pos.sound, status === "done");
        }
        if (WAITING_STATUSES.includes(status)) {
            this.waitingSince[line.uuid] ??= Date.now();
        } else {
            delete this.waitingSince[line.uuid];
        }
        this.updateInProgress();
    }

    /** A till may take one card at a time; what other tills of the register do is theirs. */
    updateInProgress() {
        const isWaiting = this.pos.models["pos.payment"].some(
            (line) =>
                line.isStripeTerminal &&
                WAITING_STATUSES.includes(line.payment_status) &&
                this.isOurs(line)
        );
        if (isWaiting || this.wasWaiting) {
            this.pos.paymentTerminalInProgress = isWaiting;
        }
        if (isWaiting) {
            this.dues.watch();
        }
        this.wasWaiting = isWaiting;
    }

    /** Whether this till has asked for a line, or shows it now. */
    isOurs(line) {
        const order = line.pos_order_id;
        if (!order || order.finalized) {
            return false;
        }
        const isAskedHere = order.uiState.stripeTerminalLines?.includes(line.uuid);
        return Boolean(isAskedHere || this.isOnScreen(order));
    }

    isOnScreen(order) {
        const { current, params } = this.pos.router.state;
        return current === "PaymentScreen" && params.orderUuid === order.uuid;
    }

    waitIn(waiters, uuid) {
        waiters.get(uuid)?.(false);
        return new Promise((resolve) => waiters.set(uuid, resolve));
    }

    /** Tell who waits that there is an answer; true when a payment was waited for. */
    settle(uuid, isPaid) {
        const isAwaited = this.senders.has(uuid);
        for (const waiters of [this.senders, this.cancelers]) {
            waiters.get(uuid)?.(isPaid);
            waiters.delete(uuid);
        }
        return isAwaited;
    }

    /** What the payment screen does itself, for a payment that it no longer waits for. */
    validateIfPaid(order) {
        if (
            this.isOnScreen(order) &&
            order.isPaid() &&
            this.pos.config.auto_validate_terminal_payment &&
            !order.isRefundInProcess()
        ) {
            new OrderPaymentValidation({ pos: this.pos, orderUuid: order.uuid }).validateOrder(
                false
            );
        }
    }

    // Asking

    /** Paid lines of orders that this till has not finished: it says so, and other tills wait. */
    get unfinishedUuids() {
        return this.pos.models["pos.payment"]
            .filter((line) => line.isStripeDone && this.data[line.uuid]?.id && this.isOurs(line))
            .map((line) => line.uuid);
    }

    get openUuids() {
        const open = Object.values(this.data)
            .filter(
                (datum) =>
                    !(FINAL_STATES.includes(datum.state) || datum.held) ||
                    datum.canceling ||
                    this.capturing.has(datum.line_uuid)
            )
            .map((datum) => datum.line_uuid);
        return [
            ...new Set([...open, ...this.unseen, ...this.wishes.uuids, ...this.unfinishedUuids]),
        ].filter((uuid) => !this.sending.has(uuid));
    }

    async poll() {
        clearTimeout(this.pollTimer);
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
        this.schedulePoll();
    }

    /** A line that was forced here counts as done until the server knows of it. */
    async ask() {
        await this.wishes.postForces();
        const uuids = this.openUuids.filter((uuid) => !this.wishes.toForce.has(uuid));
        if (uuids.length) {
            await this.readStatus(uuids);
        }
        await this.wishes.postCancels();
    }

    async readStatus(uuids) {
        const began = performance.now();
        this.respite = 0;
        try {
            const data = await request("status", { line_uuids: uuids });
            this.rest(began);
            this.pollFailures = 0;
            data.forEach((datum) => this.show(datum));
            const known = new Set(data.map((datum) => datum.line_uuid));
            uuids.forEach((uuid) => this.unseen.delete(uuid));
            uuids.filter((uuid) => !known.has(uuid)).forEach((uuid) => this.showNeverSent(uuid));
        } catch (error) {
            this.pollFailures += 1;
            if (this.pollFailures >= POLL_FAILURES || !isConnectionError(error)) {
                uuids.forEach((uuid) => this.showUnreachable(uuid, error));
            }
        }
    }

    /** Leave a server alone for a while that took long to answer. */
    rest(began) {
        const took = performance.now() - began;
        this.respite = Math.min(took * POLL_RESPITE, POLL_RESPITE_MAX);
    }

    showNeverSent(uuid) {
        if (this.sending.has(uuid)) {
            return;
        }
        this.wishes.forget(uuid);
        const line = this.getLine(uuid);
        const isKnown = FINAL_STATES.includes(this.data[uuid]?.state);
        if (line && [...WAITING_STATUSES, "force_done"].includes(line.getPaymentStatus())) {
            this.data[uuid] = {
                line_uuid: uuid,
                state: "declined",
                sentence: _t("The payment did not reach the reader. Nothing was charged."),
            };
            this.setStatus(line, "retry");
        } else if (!line || !isKnown) {
            delete this.data[uuid];
        }
        this.settle(uuid, false);
    }

    schedulePoll() {
        clearTimeout(this.pollTimer);
        if (this.openUuids.length) {
            this.pollTimer = setTimeout(() => this.poll(), this.nextPause());
        }
    }

    /** Where the bus and Stripe's webhook tell, asking is only for what they may fail to tell. */
    nextPause() {
        this.pollCount += 1;
        const hasBus = this.pos.bus.workerState === "CONNECTED";
        const unfinished = this.unfinishedUuids;
        const asked = this.openUuids.filter((uuid) => !unfinished.includes(uuid));
        if (!asked.length || (hasBus && asked.every((uuid) => this.data[uuid]?.told))) {
            return Math.max(POLL_PAUSE_MAX, this.respite);
        }
        const growth = POLL_GROWTH ** Math.max(this.pollCount - POLL_STEADY, 0);
        const pause = Math.min(Math.max(POLL_PAUSE * growth, this.respite), POLL_PAUSE_MAX);
        if (hasBus) {
            return pause;
        }
        return this.pollCount % 2 ? pause - READ_PAUSE : READ_PAUSE;
    }
}

registry.category("services").add("stripe_terminal", {
    dependencies: ["pos", "dialog"],
    start: (env, services) => new StripeTerminalPayments(env, services),
});
