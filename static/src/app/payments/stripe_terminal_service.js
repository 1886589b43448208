import { loadBundle } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { delay } from "@web/core/utils/concurrency";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { reactive } from "@odoo/owl";
import { Drivers } from "./drivers";
import { Dues } from "./dues";
import { keepLinesOfOrders, loadOrders } from "@pos_payment_stripe/app/orders/orders";
import { Outbox } from "./outbox";
import { Poller } from "./poller";
import { loadLazy, loadOrTell, problemSentence } from "@pos_payment_stripe/app/request";
import {
    STATUS_OF_STATE,
    WAITING_STATUSES,
    isFinal,
    isOnOtherOrder,
    isPaid,
    notOfThisOrder,
} from "./states";

const BUS_NAME = "STRIPE_TERMINAL_PAYMENT";
/** With which Odoo keeps, for each browser, that messages make no sound. */
const MESSAGE_SOUND = "mail.user_setting.message_sound";
/** A draft's synchronisation may delay "Payment Successful" by this many milliseconds at most. */
const SYNC_WAIT = 5000;

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
        /** What Stripe has taken for this register and no order shows. */
        this.unattached = reactive([]);
        this.drivers = new Drivers(this);
        this.dues = new Dues(this);
        this.outbox = new Outbox(this);
        this.poller = new Poller(this);
        /** Who else is told what the server says now, and what it said before. */
        this.watchers = [];
        /** When lines began to wait, by uuid, in milliseconds since 1970. */
        this.waitingSince = {};
        /** Lines that were forced here, until Stripe's word on them is known. */
        this.forcedHere = new Set();
        /** Who waits for a payment, and who for a cancel, by line uuid. */
        this.senders = new Map();
        this.cancelers = new Map();
        /** Lines that are being shown as paid. */
        this.recording = new Set();
        keepLinesOfOrders(pos.models);
        pos.data.connectWebSocket(BUS_NAME, (told) => this.poller.resume(told));
        for (const event of ["create", "update"]) {
            pos.models["pos.payment"].addEventListener(event, () => this.poller.onRead());
        }
        this.poller.resume();
        if (pos.config.tip_product_id) {
            // What only tips need comes beside everything else.
            this.tipsLoaded = loadLazy("tips").then(
                (Tips) => {
                    this.tips = new Tips(this);
                    this.poller.resume();
                },
                () => {}
            );
        }
        if (pos.config.module_pos_restaurant) {
            loadBundle("pos_payment_stripe.restaurant");
        }
    }

    getLine(uuid) {
        return this.pos.models["pos.payment"].find((line) => line.uuid === uuid);
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
        this.dues.prepare(line);
        this.setStatus(line, "waiting");
        const settled = this.waitIn(this.senders, line.uuid);
        this.drivers.prepare(line);
        this.outbox.send(line);
        loadOrders(this.pos);
        if (line.pos_order_id.isSynced) {
            // Other devices see this order, and shall see that a card is asked for.
            this.pos.syncAllOrders({ orders: [line.pos_order_id] }).catch(() => {});
        }
        return settled;
    }

    /**
     * Take a payment back; ends with Stripe's answer.
     *
     * @returns {Promise<boolean>} true when the line is not and will not be charged
     */
    async cancel(line) {
        this.setStatus(line, "waitingCancel");
        const settled = this.waitIn(this.cancelers, line.uuid);
        await this.outbox.cancel(line.uuid);
        this.poller.count = 0;
        this.poller.poll();
        await settled;
        return isFinal(this.data[line.uuid]) && !line.isDone();
    }

    /** Give up a line that is declined: its PaymentIntent is canceled beside. */
    async abandon(line) {
        if (this.data[line.uuid]?.id) {
            await this.outbox.cancel(line.uuid);
            this.poller.schedule();
        }
    }

    /** Have the reader's other payment canceled, and send the line when the reader is free. */
    async takeOver(line) {
        const takeOver = await loadOrTell(this.env, _t("Connection error"), "others", "take_over");
        await takeOver?.(this, line);
    }

    // What the server says

    show(datum) {
        const uuid = datum.line_uuid;
        const before = this.data[uuid];
        if (this.outbox.isLate(datum) || datum.revision < before?.revision) {
            return;
        }
        const line = this.getLine(uuid);
        datum = this.asKnownHere(line, datum);
        this.data[uuid] = datum;
        const isSettled = isFinal(datum) && !datum.canceling;
        if (isSettled && this.forcedHere.delete(uuid) && !isPaid(datum)) {
            loadLazy("forced").then((tell) => tell(this, datum));
        }
        if (!line || line.pos_order_id?.finalized) {
            this.updateInProgress();
        } else {
            this.showOn(line, datum);
        }
        this.watchers.forEach((watch) => watch(datum, before));
    }

    asKnownHere(line, datum) {
        if (this.outbox.toCancel.has(datum.line_uuid) && !isFinal(datum)) {
            // What Odoo has not heard yet holds here already: nobody asks for the card any more.
            datum = { ...datum, canceling: true, collects: false };
        }
        return line?.pos_order_id && isOnOtherOrder(line, datum) ? notOfThisOrder(datum) : datum;
    }

    showOn(line, datum) {
        const { uuid } = line;
        this.drivers.follow(line, datum);
        if (isPaid(datum)) {
            this.showPaid(line);
            return;
        }
        if (datum.forced) {
            this.setStatus(line, "done");
            this.settle(uuid, true);
            return;
        }
        const isCanceling = datum.canceling && !isFinal(datum) && datum.state !== "unknown";
        const status = isCanceling ? "waitingCancel" : STATUS_OF_STATE[datum.state];
        this.setStatus(line, status);
        if (!line.pos_order_id?.getSelectedPaymentline()) {
            // After a reload nothing is selected, and only a selected line shows its status.
            line.pos_order_id?.selectPaymentline(line);
        }
        if (!WAITING_STATUSES.includes(status)) {
            this.settle(uuid, false);
        }
    }

    /** Once at a time: a line counts as paid when its tip is on the order. */
    async showPaid(line) {
        const { uuid } = line;
        if (this.recording.has(uuid)) {
            return;
        }
        this.recording.add(uuid);
        try {
            // What core sends of a draft answers with what was before.
            await Promise.race([
                this.pos.data.stripeOrders?.synced(line.pos_order_id),
                delay(SYNC_WAIT),
            ]);
            await this.record(line, this.data[uuid]);
        } finally {
            this.recording.delete(uuid);
        }
    }

    async record(line, datum) {
        if (!isPaid(datum) || !line.pos_order_id || line.pos_order_id.finalized) {
            return;
        }
        if (this.tips && !(await this.tips.addTip(line, datum.tip || 0))) {
            return;
        }
        if (line.getAmount() !== datum.amount) {
            line.setAmount(datum.amount);
        }
        line.transaction_id = datum.transaction_id;
        line.card_brand = datum.card_brand;
        line.card_type = datum.card_type;
        line.card_no = datum.card_no;
        line.stripe_card = datum.card;
        line.payment_method_authcode = datum.authcode;
        line.ticket = datum.ticket;
        const wasDone = line.isDone();
        this.setStatus(line, "done");
        if (!this.settle(line.uuid, true) && !wasDone) {
            this.validateIfPaid(line.pos_order_id);
        }
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
        const isSilent = browser.localStorage.getItem(MESSAGE_SOUND) === "false";
        if (isAnswer && !isExpected && !isSilent && this.isOurs(line)) {
            this.pos.sound.play(status === "done" ? "notification" : "error");
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
}

registry.category("services").add("stripe_terminal", {
    dependencies: ["pos", "dialog"],
    start: (env, services) => new StripeTerminalPayments(env, services),
});
