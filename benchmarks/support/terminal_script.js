/**
 * Stands for the script that Odoo's own Stripe addon loads from Stripe: as much of it as that addon
 * uses. The page may say in `stripeEnd` where the simulator is, and which reader there is.
 */
(() => {
    const end = window.stripeEnd || {};
    const post = async (path, data = {}) => {
        const answer = await fetch(`${end.url}/_simulator/${path}`, {
            method: "POST",
            body: JSON.stringify(data),
        });
        return answer.json();
    };
    let status = "not_connected";
    window.StripeTerminal = {
        create: ({ onFetchConnectionToken }) => ({
            getConnectionStatus: () => status,
            async discoverReaders() {
                await onFetchConnectionToken();
                return { discoveredReaders: [{ serial_number: end.serial_number }] };
            },
            async connectReader() {
                await onFetchConnectionToken();
                status = "connected";
                return {};
            },
            async collectPaymentMethod(clientSecret) {
                window.stripeCollecting = true;
                await new Promise((resolve) => (window.stripeTap = resolve));
                window.stripeCollecting = false;
                return { paymentIntent: { id: clientSecret.split("_secret")[0] } };
            },
            async processPayment({ id }) {
                const { approved } = await post(`intents/${id}/authorize`);
                window.stripeApproved = approved;
                return { paymentIntent: { id } };
            },
        }),
    };
})();
