import { advanceTime } from "@odoo/hoot";

/** Let so many milliseconds pass, step by step: what happens in a step may set the next timer. */
export async function wait(milliseconds) {
    for (let passed = 0; passed < milliseconds; passed += 250) {
        await advanceTime(250);
    }
}
