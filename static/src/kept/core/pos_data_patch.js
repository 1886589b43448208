import { PosData } from "@point_of_sale/app/services/data_service";
import { patch } from "@web/core/utils/patch";

patch(PosData.prototype, {
    /** Whatever is read of the server passes here before it is shown. */
    missingRecursive(recordMap, ...others) {
        const shown = this.stripeOrders?.withoutStaleDrafts(recordMap) || recordMap;
        return super.missingRecursive(shown, ...others);
    },
});
