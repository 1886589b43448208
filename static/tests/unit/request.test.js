import { advanceTime, beforeEach, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { makeMockServer, onRpc } from "@web/../tests/web_test_helpers";
import { isConnectionError, request } from "@pos_payment_stripe/app/request";

describe.current.tags("headless");
definePosModels();

const MINUTE = 60000;

beforeEach(async () => {
    await makeMockServer();
});

test("an answer is waited for", async () => {
    onRpc("/pos_payment_stripe/status", async (request) => {
        const { params } = await request.json();
        expect.step("asked");
        await new Promise((resolve) => setTimeout(resolve, 5000));
        return params.line_uuids;
    });
    const answer = request("status", { line_uuids: ["line-1"] });
    await expect.waitForSteps(["asked"]);
    await advanceTime(5000);
    expect(await answer).toEqual(["line-1"]);
});

test("a request that hangs ends as a lost connection does", async () => {
    onRpc("/pos_payment_stripe/status", () => new Promise(() => {}));
    const problem = request("status", {}).catch((error) => error);
    await advanceTime(MINUTE);
    expect(isConnectionError(await problem)).toBe(true);
});
