import { registry } from "@web/core/registry";
import { delay } from "@web/core/utils/concurrency";
import { uuidv4 } from "@point_of_sale/utils";
import { request } from "@pos_payment_stripe/app/request";
import { SdkProblem } from "./reader_connection";
import { SdkReader } from "./sdk_reader";

/** How often the server hears that this page still collects, in milliseconds. */
const HEARTBEAT = 5000;
/** How long and how often the client secret is asked for, in milliseconds. */
const SECRET_PAUSE = 300;
const SECRET_TRIES = 60;
/** Pauses before the server is told again what became of it, in milliseconds. */
const REPORT_PAUSES = [500, 1500, 3000, 6000];
/** From here on the server waits for what this page says, also when it was stopped. */
const LATE_STAGES = ["confirm", "process"];
/** The states of a payment during which this page may go on. */
const RUNNING_STATES = ["new", "collecting", "unknown"];

/**
 * Collects cards in this browser for payments that Odoo's journal leaves to it, one after the
 * other. Whatever the SDK says is only told to the server, which asks Stripe.
 */
export class BrowserDriver {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        /** This page, for the server; another tab or a reload is another one. */
        this.name = uuidv4();
        this.reader = new SdkReader((methodId) => this.fetchToken(methodId));
        this.current = null;
        /** Lines whose cashier takes the reader over. */
        this.takeOvers = new Set();
        window.addEventListener("pagehide", () => this.release());
    }

    /** Load the SDK while the server makes the PaymentIntent. */
    prepare() {
        this.reader.prepare();
    }

    /** Connect to the line's reader also when it is in use. */
    takeOverNext(line) {
        this.takeOvers.add(line.uuid);
    }

    /** Do what the server's word about a line asks for. */
    follow(line, datum) {
        if (!this.current) {
            // Other tills of the register know the line too, and may be in another network.
            if (datum.collects && datum.state === "collecting" && this.payments.isOurs(line)) {
                this.begin(line);
            }
        } else if (this.current.uuid === line.uuid) {
            if (!RUNNING_STATES.includes(datum.state) || datum.canceling || datum.forced) {
                this.stop(line);
            }
        }
    }

    /** Take the request back from the reader; the server cancels the PaymentIntent. */
    async stop(line) {
        if (this.current?.uuid === line.uuid) {
            this.current.isStopped = true;
            await this.reader.stop();
        }
    }

    async begin(line) {
        const current = { uuid: line.uuid, isStopped: false };
        this.current = current;
        try {
            const grant = await this.askToCollect(current);
            if (!grant) {
                return;
            }
            const outcome = await this.collect(line, current, grant);
            if (!current.isStopped || LATE_STAGES.includes(outcome.stage)) {
                await this.report(current, outcome);
            }
        } catch {
            // The server does not let this page collect, or cannot be reached: the polls tell.
        } finally {
            this.current = null;
        }
    }

    /** Return what is collected for, once the server has it; null when it is not for us. */
    async askToCollect(current) {
        let resumed = false;
        for (let tries = 0; tries < SECRET_TRIES && !current.isStopped; tries++) {
            const answer = await this.post("collect", current);
            resumed ||= answer.resumed || false;
            if (current.isStopped) {
                return null;
            }
            if (answer.client_secret || answer.refund) {
                return { ...answer, resumed };
            }
            if (!answer.wait) {
                return null;
            }
            await delay(SECRET_PAUSE);
        }
        return null;
    }

    async collect(line, current, { client_secret, config, refund, reader, resumed }) {
        const heartbeat = setInterval(() => this.sayAlive(line, current), HEARTBEAT);
        // What a page of this payment left on the reader is no reason to ask the cashier.
        const takeOver = this.takeOvers.delete(line.uuid) || resumed;
        const target = { ...reader, methodId: line.payment_method_id.id };
        const confirm = () => this.post("let_refund", current);
        try {
            return await (refund
                ? this.reader.refund(target, takeOver, refund, confirm)
                : this.reader.pay(target, takeOver, client_secret, config));
        } finally {
            clearInterval(heartbeat);
        }
    }

    async sayAlive(line, current) {
        try {
            if (!(await this.post("collecting", current)) && this.current === current) {
                this.stop(line);
            }
        } catch {
            // The polls tell when the server cannot be reached.
        }
    }

    /** Tell the server that this page has stopped, and why; it asks Stripe what became of it. */
    async report(current, outcome) {
        for (const pause of [...REPORT_PAUSES, null]) {
            try {
                this.payments.show(await this.post("reported", current, outcome));
                this.payments.poller.poll();
                return;
            } catch (error) {
                if (pause === null) {
                    throw error;
                }
                await delay(pause);
            }
        }
    }

    release() {
        if (this.current) {
            const params = { line_uuid: this.current.uuid, collector: this.name };
            const body = JSON.stringify({ jsonrpc: "2.0", method: "call", params });
            navigator.sendBeacon(
                "/pos_payment_stripe/release",
                new Blob([body], { type: "application/json" })
            );
        }
    }

    async fetchToken(methodId) {
        const { secret, code } = await request("connection_token", {
            session_id: this.payments.pos.session.id,
            payment_method_id: methodId,
        });
        if (!secret) {
            throw new SdkProblem(code);
        }
        return secret;
    }

    post(verb, { uuid }, params = {}) {
        return request(verb, { line_uuid: uuid, collector: this.name, ...params });
    }
}

registry.category("stripe_terminal_drivers").add("browser", BrowserDriver);
