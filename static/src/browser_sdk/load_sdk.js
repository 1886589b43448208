/** @typedef {import("@stripe/terminal-js").StripeTerminal} StripeTerminal */

const ADDRESS = "https://js.stripe.com/terminal/v1/";
/** How many milliseconds the script may take. */
const LOADING_LIMIT = 15000;

/** @type {Promise<StripeTerminal> | null} */
let loading = null;

/**
 * Load Stripe's SDK, once; after a failure the next call tries anew.
 * See https://docs.stripe.com/terminal/references/api/js-sdk
 *
 * @returns {Promise<StripeTerminal>} rejects when the script is blocked or takes too long
 */
export function loadSdk() {
    if (window.StripeTerminal) {
        return Promise.resolve(window.StripeTerminal);
    }
    loading ||= loadScript().finally(() => (loading = null));
    return loading;
}

/** @returns {Promise<StripeTerminal>} */
function loadScript() {
    const script = document.createElement("script");
    script.src = ADDRESS;
    return new Promise((resolve, reject) => {
        const fail = () => {
            script.remove();
            reject(new Error(`${ADDRESS} could not be loaded`));
        };
        const timer = setTimeout(fail, LOADING_LIMIT);
        script.onload = () => {
            clearTimeout(timer);
            window.StripeTerminal ? resolve(window.StripeTerminal) : fail();
        };
        script.onerror = () => {
            clearTimeout(timer);
            fail();
        };
        document.head.append(script);
    });
}
