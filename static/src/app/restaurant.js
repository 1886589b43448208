import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";

/** What only restaurants need is loaded by their registers, beside everything else. */
registry.category("services").add("stripe_terminal_restaurant", {
    dependencies: ["pos"],
    start(env, { pos }) {
        if (pos.config.module_pos_restaurant) {
            loadBundle("pos_payment_stripe.restaurant");
        }
    },
});
