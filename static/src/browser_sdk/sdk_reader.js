import { loadSdk } from "./load_sdk";
import { ReaderConnection, SdkProblem } from "./reader_connection";

/**
 * @typedef {import("@stripe/terminal-js").Terminal} Terminal
 * @typedef {import("@stripe/terminal-js").ICollectConfig} CollectConfig
 * @typedef {import("@stripe/terminal-js").ErrorResponse} ErrorResponse
 * @typedef {import("@stripe/terminal-js").ExposedError} ExposedError
 *
 * @typedef {import("./reader_connection").Target} Target
 *
 * @typedef {Object} Refund as Odoo's journal has it
 * @property {string} charge id at Stripe
 * @property {number} amount in minor units
 * @property {string} currency in lower case
 *
 * @typedef {Object} Job what is done with a card; each step returns what the SDK returned
 * @property {(terminal: Terminal) => Promise<Object>} collect
 * @property {() => Promise<boolean>} confirm whether the card that was read may be processed
 * @property {(terminal: Terminal, collected: any) => Promise<Object>} process
 * @property {(terminal: Terminal) => Promise<Object>} cancelCollect
 * @property {(terminal: Terminal) => Promise<Object>} cancelProcess
 *
 * @typedef {Object} Outcome how a collecting ended
 * @property {"connect" | "collect" | "confirm" | "process"} stage what was done last
 * @property {string | null} code the SDK's or Stripe's, null when all went well
 */

/** Between two attempts to reach the reader again, in milliseconds. */
const RECONNECT_PAUSES = [300, 1500, 4000];
/** How long the answer of a charge is waited for after the reader was lost, in milliseconds. */
const ANSWER_WAIT = 15000;
/** How long a cashier waits for the SDK to take a request back, in milliseconds. */
const CANCEL_WAIT = 3000;
/** How old a permission to process may be, in milliseconds: the server counts on it. */
const CONFIRM_LIMIT = 15000;
/** What the SDK says where this till's network failed, and where only the reader may be lost. */
const NETWORK_FAILED = ["network_error", "network_timeout"];
const LOST = ["no_established_connection", ...NETWORK_FAILED];

/** @param {ErrorResponse} result */
const isInProgress = ({ error }) => error.code === "command_already_in_progress";

/** @param {number} milliseconds */
const delay = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Collects cards with this till's reader, charges them and refunds.
 *
 * It knows Stripe's SDK and nothing of Odoo, and is checked against the SDK's published types.
 * See https://docs.stripe.com/terminal/references/api/js-sdk
 */
export class SdkReader {
    /** @param {(methodId: number) => Promise<string>} fetchToken returns a connection token */
    constructor(fetchToken) {
        this.connection = new ReaderConnection(fetchToken, () => {
            const isBusy = Boolean(this.stage);
            this.loseReader();
            return isBusy;
        });
        /** @type {Outcome["stage"] | null} what is done now */
        this.stage = null;
        this.isStopped = false;
        /** @type {Job | null} */
        this.job = null;
        this.loseReader = () => {};
    }

    /** Load the SDK ahead of its use; a failure shows when it is used. */
    prepare() {
        loadSdk().catch(() => {});
    }

    // A card

    /**
     * Collect a card for a PaymentIntent and charge it.
     *
     * @param {Target} target
     * @param {boolean} takeOver the reader, from whoever has it
     * @param {string} clientSecret
     * @param {CollectConfig} config whether the reader asks for a tip
     * @returns {Promise<Outcome>} what Stripe says of the PaymentIntent is another question
     */
    pay(target, takeOver, clientSecret, config) {
        return this.run(target, takeOver, {
            collect: (terminal) =>
                terminal.collectPaymentMethod(clientSecret, { config_override: config }),
            confirm: async () => true,
            process: (terminal, { paymentIntent }) => terminal.processPayment(paymentIntent),
            cancelCollect: (terminal) => terminal.cancelCollectPaymentMethod(),
            cancelProcess: (terminal) => terminal.cancelProcessPayment(),
        });
    }

    /**
     * Collect the card of a charge and refund it.
     *
     * @param {Target} target
     * @param {boolean} takeOver the reader, from whoever has it
     * @param {Refund} refund
     * @param {() => Promise<boolean>} confirm asks whether it may be refunded now
     * @returns {Promise<Outcome>} what Stripe says of the charge is another question
     */
    refund(target, takeOver, { charge, amount, currency }, confirm) {
        return this.run(target, takeOver, {
            collect: (terminal) => terminal.collectRefundPaymentMethod(charge, amount, currency),
            confirm,
            process: (terminal) => terminal.processRefund(),
            cancelCollect: (terminal) => terminal.cancelCollectRefundPaymentMethod(),
            cancelProcess: (terminal) => terminal.cancelProcessRefund(),
        });
    }

    /**
     * Do a job, connecting as often as needed.
     *
     * @param {Target} target
     * @param {boolean} takeOver
     * @param {Job} job
     * @returns {Promise<Outcome>}
     */
    async run(target, takeOver, job) {
        this.isStopped = false;
        this.job = job;
        for (const pause of [...RECONNECT_PAUSES, null]) {
            const outcome = await this.runOnce(target, takeOver, job);
            const isEarly = outcome.stage === "connect" || outcome.stage === "collect";
            const isLost = isEarly && LOST.includes(outcome.code || "");
            if (!isLost || this.isStopped || pause === null) {
                return outcome;
            }
            await delay(pause);
        }
        throw new Error("unreachable");
    }

    /**
     * @param {Target} target
     * @param {boolean} takeOver
     * @param {Job} job
     * @returns {Promise<Outcome>}
     */
    async runOnce(target, takeOver, job) {
        this.stage = "connect";
        try {
            await this.connection.connect(target, takeOver);
            this.connection.lastSerial = target.serial_number;
            this.connection.isLeft = false;
            if (this.isStopped) {
                return { stage: "connect", code: "canceled" };
            }
            this.stage = "collect";
            const collected = await this.collect(job);
            this.stage = "confirm";
            if (!(await this.isConfirmed(job))) {
                return { stage: "confirm", code: "canceled" };
            }
            this.stage = "process";
            await this.process(job, collected);
            return { stage: "process", code: null };
        } catch (error) {
            const code = error instanceof SdkProblem ? error.code : "reader_error";
            this.connection.isLeft ||= NETWORK_FAILED.includes(code);
            const isByCustomer = code === "canceled" && !this.isStopped;
            return { stage: this.stage, code: isByCustomer ? "customer_canceled" : code };
        } finally {
            this.stage = null;
            this.loseReader = () => {};
        }
    }

    /** @param {Job} job */
    async collect(job) {
        const terminal = await this.connection.ensureTerminal();
        const ask = () => Promise.race([job.collect(terminal), this.lost()]);
        let result = await ask();
        if ("error" in result && isInProgress(/** @type {ErrorResponse} */ (result))) {
            // A card that was read just before the network failed is still held by the reader.
            await terminal.clearReaderDisplay();
            result = await ask();
        }
        return this.check(result);
    }

    /**
     * Ask whether the card may be processed; where not, the reader forgets it.
     *
     * @param {Job} job
     */
    async isConfirmed(job) {
        const askedAt = Date.now();
        let mayProcess = false;
        try {
            mayProcess =
                !this.isStopped && (await job.confirm()) && Date.now() - askedAt < CONFIRM_LIMIT;
        } catch {
            throw new SdkProblem("network_error");
        } finally {
            mayProcess &&= !this.isStopped;
            if (!mayProcess) {
                this.connection.terminal?.clearReaderDisplay().catch(() => {});
            }
        }
        return mayProcess;
    }

    /**
     * @param {Job} job
     * @param {Object} collected
     */
    async process(job, collected) {
        const terminal = await this.connection.ensureTerminal();
        this.check(
            await Promise.race([
                job.process(terminal, collected),
                this.lost().then((error) => delay(ANSWER_WAIT).then(() => error)),
            ])
        );
    }

    /**
     * @param {Object} result of the SDK
     * @throws {SdkProblem}
     */
    check(result) {
        if ("error" in result) {
            throw this.connection.problem(/** @type {ErrorResponse} */ (result).error);
        }
        return result;
    }

    /**
     * Wait for an unexpected disconnect.
     *
     * @returns {Promise<{ error: ExposedError }>}
     */
    lost() {
        return new Promise((resolve) => {
            const error = { code: "no_established_connection", message: "The reader was lost" };
            this.loseReader = () => resolve({ error });
        });
    }

    /** Take the request back from the reader, as far as the SDK can. */
    async stop() {
        this.isStopped = true;
        if (
            !this.connection.terminal ||
            !this.job ||
            !["collect", "process"].includes(this.stage || "")
        ) {
            return;
        }
        const canceling =
            this.stage === "collect"
                ? this.job.cancelCollect(this.connection.terminal)
                : this.job.cancelProcess(this.connection.terminal);
        await Promise.race([canceling.catch(() => {}), delay(CANCEL_WAIT)]);
    }
}
