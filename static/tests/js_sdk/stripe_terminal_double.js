/**
 * A double of Stripe's Terminal SDK for JavaScript, for tours: it has the SDK's published types and
 * does what the Stripe simulator says. Whoever serves it sets `STRIPE_SIMULATOR` to its address.
 *
 * @typedef {import("@stripe/terminal-js").Terminal} Terminal
 * @typedef {import("@stripe/terminal-js").TerminalProps} TerminalProps
 * @typedef {import("@stripe/terminal-js").Reader} Reader
 * @typedef {import("@stripe/terminal-js").ErrorResponse} ErrorResponse
 * @typedef {import("@stripe/terminal-js").ConnectionStatus} ConnectionStatus
 * @typedef {import("@stripe/terminal-js").PaymentStatus} PaymentStatus
 * @typedef {import("@stripe/terminal-js").ISdkManagedPaymentIntent} CollectedIntent
 * @typedef {import("@stripe/terminal-js").IRefund} Refund
 */
"use strict";

(() => {
    const { STRIPE_SIMULATOR } = /** @type {{ STRIPE_SIMULATOR?: string }} */ (window);

    /**
     * @param {string} path
     * @param {Object} data
     * @returns {Promise<any>} what the simulator answers; `error` as the SDK returns it
     */
    async function ask(path, data) {
        try {
            const answer = await fetch(`${STRIPE_SIMULATOR}/_simulator/js_sdk/${path}`, {
                method: "POST",
                body: JSON.stringify(data),
            });
            return await answer.json();
        } catch {
            return { error: { code: "network_error", message: "Could not reach the network" } };
        }
    }

    /**
     * @param {string} code
     * @param {string} message
     * @returns {ErrorResponse}
     */
    const failure = (code, message) => ({ error: { code, message } });

    const notDoubled = async () => failure("unexpected_sdk_error", "The double cannot do this");

    /** @implements {Terminal} */
    class TerminalDouble {
        /** @param {TerminalProps} props */
        constructor(props) {
            this.props = props;
            /** @type {string | null} */
            this.session = null;
            /** @type {string | null} */
            this.connection = null;
            /** @type {Reader | null} */
            this.reader = null;
            this.isConnecting = false;
            this.payment = "ready";
            // The reader does not hear of it, and goes on.
            window.addEventListener("offline", () => this.loseReader());
        }

        loseReader() {
            if (this.connection) {
                this.connection = this.reader = null;
                this.props.onUnexpectedReaderDisconnect?.({});
            }
        }

        /** @param {string} status */
        setPayment(status) {
            this.payment = status;
            this.props.onPaymentStatusChange?.({ status: this.getPaymentStatus() });
        }

        getConnectionStatus() {
            const status = this.connection ? "connected" : "not_connected";
            return /** @type {ConnectionStatus} */ (this.isConnecting ? "connecting" : status);
        }

        getPaymentStatus() {
            return /** @type {PaymentStatus} */ (this.connection ? this.payment : "not_ready");
        }

        getConnectedReader() {
            return /** @type {Reader} */ (this.reader);
        }

        /** Fetch a token where there is no session yet, as the SDK does before its first request. */
        async begin() {
            if (this.session) {
                return null;
            }
            let token;
            try {
                token = await this.props.onFetchConnectionToken();
            } catch {
                return failure("failed_fetch_connection_token", "The handler failed");
            }
            const { session, error } = await ask("begin", { token });
            this.session = session;
            return error ? { error } : null;
        }

        /** @param {import("@stripe/terminal-js").DiscoveryConfig} [config] */
        async discoverReaders({ location, simulated } = {}) {
            const problem = await this.begin();
            if (problem) {
                return problem;
            }
            const data = { session: this.session, location, simulated };
            const { readers, error } = await ask("discover", data);
            return error ? { error } : { discoveredReaders: readers };
        }

        /**
         * @param {Reader} reader
         * @param {import("@stripe/terminal-js").ConnectOptions} [options]
         */
        async connectReader(reader, options = {}) {
            if (this.connection) {
                return failure("already_connected", "A reader is connected");
            }
            const problem = await this.begin();
            if (problem) {
                return problem;
            }
            this.isConnecting = true;
            const { connection, error } = await ask("connect", {
                session: this.session,
                reader: reader.id,
                fail_if_in_use: Boolean(options.fail_if_in_use),
            });
            this.isConnecting = false;
            if (error) {
                return { error };
            }
            this.connection = connection;
            this.reader = reader;
            this.watch(connection);
            return { reader };
        }

        /** @param {string} connection */
        async watch(connection) {
            while (this.connection === connection) {
                const { connected } = await ask("watch", { connection });
                if (!connected && this.connection === connection) {
                    this.loseReader();
                }
            }
        }

        async disconnectReader() {
            const connection = this.connection;
            this.connection = this.reader = null;
            if (connection) {
                await ask("disconnect", { connection });
            }
            return {};
        }

        async clearCachedCredentials() {
            this.session = null;
            return {};
        }

        /**
         * @param {string} clientSecret
         * @param {{ config_override?: import("@stripe/terminal-js").ICollectConfig }} [options]
         */
        async collectPaymentMethod(clientSecret, { config_override } = {}) {
            const answer = await this.collect("collect", {
                client_secret: clientSecret,
                config: config_override,
            });
            if (answer.error) {
                return /** @type {ErrorResponse} */ (answer);
            }
            const paymentIntent = { ...answer.collected, sdk_payment_details: {} };
            return { paymentIntent: /** @type {CollectedIntent} */ (paymentIntent) };
        }

        /**
         * Have a card read.
         *
         * @param {string} path
         * @param {Object} data
         * @returns {Promise<any>} `collected` or `error`
         */
        async collect(path, data) {
            const connection = this.connection;
            if (!connection) {
                return failure("no_established_connection", "No reader is connected");
            }
            const can_cancel = Boolean(this.props.readerBehavior?.allowCustomerCancel);
            let answer = await ask(path, { connection, can_cancel, ...data });
            this.setPayment("waiting_for_input");
            while (!answer.error && !answer.collected) {
                answer = await ask("collected", { connection });
            }
            this.setPayment("ready");
            return answer;
        }

        async cancelCollectPaymentMethod() {
            return ask("cancel_collect", { connection: this.connection });
        }

        /** @param {CollectedIntent} intent */
        async processPayment(intent) {
            const connection = this.connection;
            if (!connection) {
                return failure("no_established_connection", "No reader is connected");
            }
            this.setPayment("processing");
            const answer = await ask("process", { connection, intent: intent.id });
            this.setPayment("ready");
            return answer.error
                ? /** @type {ErrorResponse} */ (answer)
                : { paymentIntent: answer.payment_intent };
        }

        async cancelProcessPayment() {
            return failure("cancelable_already_completed", "The card is with the bank already");
        }

        /**
         * @param {string} charge
         * @param {number} amount
         * @param {string} currency
         */
        async collectRefundPaymentMethod(charge, amount, currency) {
            const answer = await this.collect("collect_refund", { charge, amount, currency });
            return answer.error ? /** @type {ErrorResponse} */ (answer) : {};
        }

        async cancelCollectRefundPaymentMethod() {
            return this.cancelCollectPaymentMethod();
        }

        async processRefund() {
            const connection = this.connection;
            if (!connection) {
                return failure("no_established_connection", "No reader is connected");
            }
            this.setPayment("processing");
            const answer = await ask("process_refund", { connection });
            this.setPayment("ready");
            return answer.error
                ? /** @type {ErrorResponse} */ (answer)
                : { refund: /** @type {Refund} */ (answer.refund) };
        }

        async cancelProcessRefund() {
            return this.cancelProcessPayment();
        }

        async clearReaderDisplay() {
            return ask("clear_display", { connection: this.connection });
        }

        // What no driver of ours asks for.

        setSimulatorConfiguration() {}
        getSimulatorConfiguration() {
            return {};
        }
        overrideBaseURL() {}
        setReaderDisplay = notDoubled;
        collectInputs = notDoubled;
        cancelCollectInputs = notDoubled;
        readReusableCard = notDoubled;
        cancelReadReusableCard = notDoubled;
        collectSetupIntentPaymentMethod = notDoubled;
        cancelCollectSetupIntentPaymentMethod = notDoubled;
        confirmSetupIntent = notDoubled;
        cancelConfirmSetupIntent = notDoubled;
        setReaderSettings = notDoubled;
        getReaderSettings = notDoubled;
        print = notDoubled;
    }

    /** @type {Pick<import("@stripe/terminal-js").StripeTerminal, "create">} */
    const double = { create: (props) => new TerminalDouble(props) };
    window.StripeTerminal = /** @type {import("@stripe/terminal-js").StripeTerminal} */ (double);
})();
