import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";

/**
 * Return what a till loads when it is first needed.
 *
 * @param {string} bundle `pos_payment_stripe.<bundle>`
 * @param {string} [name] of what it has to offer
 * @throws {Error} of the network
 */
export async function loadLazy(bundle, name = bundle) {
    await loadBundle(`pos_payment_stripe.${bundle}`);
    return registry.category("stripe_terminal_lazy").get(name);
}
