import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";

/**
 * Return what a till loads when it is first needed.
 *
 * @param {string} name of the bundle, `pos_payment_stripe.<name>`, and of what it has to offer
 * @throws {Error} of the network
 */
export async function loadLazy(name) {
    await loadBundle(`pos_payment_stripe.${name}`);
    return registry.category("stripe_terminal_lazy").get(name);
}
