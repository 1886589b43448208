import { advanceTime, beforeEach, describe, expect, test } from "@odoo/hoot";
import { makeMockServer, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { BrowserDriver } from "@pos_payment_stripe/browser_sdk/browser_driver";
import { wait } from "./wait";

describe.current.tags("headless");
definePosModels();

const LINE = { uuid: "line-1", payment_method_id: { id: 7 } };
const GRANT = { client_secret: "secret", config: {}, reader: { serial_number: "STRM26100001" } };
const COLLECTS = { state: "collecting", collects: true };

/** What Odoo's server answers, and what it was asked. */
let server;
/** The card reader, until a test lets it end. */
let reader;
let driver;

beforeEach(async () => {
    await makeMockServer();
    server = { calls: [], grants: [GRANT], down: 0 };
    for (const verb of ["collect", "collecting", "reported"]) {
        onRpc(`/pos_payment_stripe/${verb}`, async (request) => {
            const { params } = await request.json();
            server.calls.push({ verb, ...params });
            if (verb === "reported" && server.down-- > 0) {
                return new Response("", { status: 502 });
            }
            return {
                collect: () => server.grants.shift(),
                collecting: () => server.isOurs ?? true,
            }[verb]?.();
        });
    }
    const payments = {
        isOurs: () => server.isOnScreen ?? true,
        show: () => {},
        poller: { poll: () => {} },
    };
    driver = new BrowserDriver(payments);
    reader = { paid: [], stops: 0 };
    patchWithCleanup(driver.reader, {
        pay: (target, takeOver, secret) => {
            reader.paid.push({ takeOver, secret, method: target.methodId });
            return new Promise((resolve) => (reader.end = resolve));
        },
        stop: async () => (reader.stops += 1),
    });
});

const reports = () => server.calls.filter((call) => call.verb === "reported");

test("a card is collected, and the server is told how it ended", async () => {
    driver.follow(LINE, COLLECTS);
    await advanceTime(10);
    expect(reader.paid).toEqual([{ takeOver: false, secret: "secret", method: 7 }]);
    driver.follow(LINE, COLLECTS);
    reader.end({ stage: "process", code: null });
    await advanceTime(10);
    expect(reports()).toEqual([
        {
            verb: "reported",
            line_uuid: "line-1",
            collector: driver.name,
            stage: "process",
            code: null,
        },
    ]);
    expect(driver.current).toBe(null);
});

test("another till's line is left to it", async () => {
    server.isOnScreen = false;
    driver.follow(LINE, COLLECTS);
    await advanceTime(10);
    expect(server.calls).toEqual([]);
});

test("the PaymentIntent is waited for", async () => {
    server.grants = [{ wait: true, resumed: true }, { wait: true }, GRANT];
    driver.follow(LINE, COLLECTS);
    await wait(2000);
    expect(reader.paid).toEqual([{ takeOver: true, secret: "secret", method: 7 }]);
});

test("no grant, no card", async () => {
    server.grants = [{}];
    driver.follow(LINE, COLLECTS);
    await advanceTime(1000);
    expect(reader.paid).toEqual([]);
    expect(driver.current).toBe(null);
});

test("a report that is lost is made again", async () => {
    server.down = 2;
    driver.follow(LINE, COLLECTS);
    await advanceTime(10);
    reader.end({ stage: "collect", code: "customer_canceled" });
    await wait(3000);
    expect(reports().map((call) => call.code)).toEqual(Array(3).fill("customer_canceled"));
});

for (const [name, datum] of [
    ["canceled", { state: "collecting", canceling: true }],
    ["forced", { state: "unknown", forced: true }],
    ["paid elsewhere", { state: "paid" }],
]) {
    test(`a line that is ${name} is asked for no more`, async () => {
        driver.follow(LINE, COLLECTS);
        await advanceTime(10);
        driver.follow(LINE, datum);
        await advanceTime(10);
        expect(reader.stops).toBe(1);
        reader.end({ stage: "collect", code: "canceled" });
        await advanceTime(10);
        expect(reports()).toEqual([]);
    });
}

test("a charge that came before the cancel is told", async () => {
    driver.follow(LINE, COLLECTS);
    await advanceTime(10);
    await driver.stop(LINE);
    reader.end({ stage: "process", code: null });
    await advanceTime(10);
    expect(reports()).toHaveLength(1);
});

test("the server takes the right to collect back", async () => {
    driver.follow(LINE, COLLECTS);
    await advanceTime(10);
    server.isOurs = false;
    await advanceTime(5000);
    expect(reader.stops).toBe(1);
});

test("a page that goes lets others collect", async () => {
    const beacons = [];
    patchWithCleanup(navigator, { sendBeacon: (url, body) => beacons.push([url, body]) });
    driver.follow(LINE, COLLECTS);
    await advanceTime(10);
    window.dispatchEvent(new Event("pagehide"));
    expect(beacons.map(([url]) => url)).toEqual(["/pos_payment_stripe/release"]);
    expect(JSON.parse(await beacons[0][1].text()).params).toEqual({
        line_uuid: "line-1",
        collector: driver.name,
    });
});
