import { loadSdk } from "./load_sdk";

/**
 * @typedef {import("@stripe/terminal-js").Terminal} Terminal
 * @typedef {import("@stripe/terminal-js").Reader} Reader
 * @typedef {import("@stripe/terminal-js").ExposedError} ExposedError
 *
 * @typedef {Object} Target the reader of a payment method, as Odoo's server knows it
 * @property {string} serial_number
 * @property {string | false} location id at Stripe
 * @property {boolean} simulated whether it is one that Stripe simulates
 * @property {number} methodId of the payment method, which tokens are asked for
 */

/** A command of the SDK that did not do what it should. */
export class SdkProblem extends Error {
    /**
     * @param {string | undefined} code the SDK's, Stripe's or one of ours
     * @param {string} [message] for the log
     */
    constructor(code, message) {
        super(message || code);
        this.code = code || "reader_error";
    }
}

/** The one connection of this till to a card reader, whichever of its methods needs it. */
export class ReaderConnection {
    /**
     * @param {(methodId: number) => Promise<string>} fetchToken returns a connection token
     * @param {() => boolean} onLost hears of an unexpected disconnect; tells whether a card is
     *     collected just now
     */
    constructor(fetchToken, onLost) {
        this.fetchToken = fetchToken;
        this.onLost = onLost;
        /** @type {Terminal | null} */
        this.terminal = null;
        /** @type {Target | null} */
        this.target = null;
        /** @type {string | null} serial number of the reader that was connected last */
        this.lastSerial = null;
        /** Whether the network failed since: the reader may still hold that connection. */
        this.isLeft = false;
        /** @type {Map<string, Reader[]>} what was discovered, by location */
        this.discovered = new Map();
        /** @type {string | null} why there was no token */
        this.tokenCode = null;
    }

    /** @returns {Promise<Terminal>} */
    async ensureTerminal() {
        if (!this.terminal) {
            let sdk;
            try {
                sdk = await loadSdk();
            } catch (error) {
                throw new SdkProblem("script_blocked", String(error));
            }
            this.terminal = sdk.create({
                onFetchConnectionToken: () => this.fetchTargetToken(),
                onUnexpectedReaderDisconnect: () => {
                    // Idle, it is connected again at the next payment: another till may use it now.
                    if (!this.onLost() && !this.isLeft) {
                        this.lastSerial = null;
                    }
                },
                readerBehavior: { allowCustomerCancel: true },
            });
        }
        return this.terminal;
    }

    async fetchTargetToken() {
        this.tokenCode = null;
        try {
            return await this.fetchToken(this.target?.methodId || 0);
        } catch (error) {
            this.tokenCode = (error instanceof SdkProblem && error.code) || null;
            throw error;
        }
    }

    /**
     * Connect to a reader, unless it is connected.
     *
     * @param {Target} target
     * @param {boolean} takeOver also when it collects a card for somebody else
     * @throws {SdkProblem}
     */
    async connect(target, takeOver) {
        const terminal = await this.ensureTerminal();
        const former = this.target;
        this.target = target;
        if (String(terminal.getConnectionStatus()) === "connected") {
            if (former?.serial_number === target.serial_number) {
                return;
            }
            await terminal.disconnectReader();
            this.lastSerial = null;
        }
        if (former && former.location !== target.location) {
            // The token was for the readers of the former location only.
            await terminal.clearCachedCredentials();
        }
        // In use by what this page has left there, as far as anybody can know.
        takeOver ||= this.isLeft && this.lastSerial === target.serial_number;
        const key = `${target.location} ${target.simulated}`;
        const isCached = this.discovered.has(key);
        try {
            await this.connectDiscovered(terminal, target, key, takeOver);
        } catch (error) {
            this.discovered.delete(key);
            if (!isCached || (error instanceof SdkProblem && error.code === "reader_in_use")) {
                throw error;
            }
            // It may have got another address since.
            await this.connectDiscovered(terminal, target, key, takeOver);
        }
    }

    /**
     * @param {Terminal} terminal
     * @param {Target} target
     * @param {string} key in the cache
     * @param {boolean} takeOver
     */
    async connectDiscovered(terminal, target, key, takeOver) {
        let readers = this.discovered.get(key);
        if (!readers) {
            const found = await terminal.discoverReaders(
                target.simulated ? { simulated: true } : { location: target.location || undefined }
            );
            if ("error" in found) {
                throw this.problem(found.error);
            }
            readers = found.discoveredReaders;
            this.discovered.set(key, readers);
        }
        const reader = readers.find(
            (one) => target.simulated || one.serial_number === target.serial_number
        );
        if (!reader) {
            throw new SdkProblem("reader_not_found");
        }
        const connected = await terminal.connectReader(reader, { fail_if_in_use: !takeOver });
        if ("error" in connected) {
            const { code, message } = connected.error;
            const isInUse = code === "reader_error" || /in use/i.test(message);
            throw isInUse && !takeOver
                ? new SdkProblem("reader_in_use", message)
                : this.problem(connected.error);
        }
    }

    /** @param {ExposedError} error */
    problem(error) {
        const code = error.decline_code || error.code;
        return code === "failed_fetch_connection_token"
            ? new SdkProblem(this.tokenCode || code, error.message)
            : new SdkProblem(code, error.message);
    }
}
