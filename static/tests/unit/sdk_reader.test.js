import { advanceTime, beforeEach, describe, expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { loadSdk } from "@pos_payment_stripe/browser_sdk/load_sdk";
import { SdkReader } from "@pos_payment_stripe/browser_sdk/sdk_reader";
import { wait } from "./wait";

describe.current.tags("headless");

const TARGET = {
    serial_number: "STRM26100001",
    location: "tml_1",
    simulated: false,
    methodId: 7,
};
const PAID = { paymentIntent: { id: "pi_1" } };
const never = () => new Promise(() => {});
const failure = (code, message = code) => ({ error: { code, message } });

/** The SDK with one reader, which does what a test says, in the order of its commands. */
let sdk;

beforeEach(() => {
    sdk = { calls: [], answers: {}, isConnected: false, props: null };
    const command = (name, usual) =>
        async function (...args) {
            sdk.calls.push(name);
            sdk.lastArguments = args;
            const answer = sdk.answers[name]?.shift();
            return typeof answer === "function" ? answer() : answer || usual();
        };
    const connect = command("connect", () => ((sdk.isConnected = true), { reader: {} }));
    patchWithCleanup(window, {
        StripeTerminal: {
            create: (props) => {
                sdk.props = props;
                return {
                    getConnectionStatus: () => (sdk.isConnected ? "connected" : "not_connected"),
                    discoverReaders: command("discover", () => ({
                        discoveredReaders: [{ serial_number: TARGET.serial_number }],
                    })),
                    connectReader: connect,
                    disconnectReader: command("disconnect", () => ((sdk.isConnected = false), {})),
                    clearCachedCredentials: command("forget", () => ({})),
                    collectPaymentMethod: command("collect", () => PAID),
                    processPayment: command("process", () => PAID),
                    cancelCollectPaymentMethod: command("cancelCollect", () => ({})),
                    cancelProcessPayment: command("cancelProcess", () => ({})),
                    collectRefundPaymentMethod: command("collectRefund", () => ({})),
                    processRefund: command("processRefund", () => ({ refund: {} })),
                    clearReaderDisplay: command("clear", () => ({})),
                };
            },
        },
    });
});

const newReader = () => new SdkReader(async () => "pst_test");
const pay = (reader, takeOver = false) => reader.pay(TARGET, takeOver, "secret", {});

test("the reader stays connected from payment to payment", async () => {
    const reader = newReader();
    expect(await pay(reader)).toEqual({ stage: "process", code: null });
    expect(await pay(reader)).toEqual({ stage: "process", code: null });
    expect(sdk.calls).toEqual(["discover", "connect", "collect", "process", "collect", "process"]);
});

test("another location is another token", async () => {
    const reader = newReader();
    await pay(reader);
    const terrace = { ...TARGET, serial_number: "STRM26100002", location: "tml_2" };
    sdk.answers.discover = [{ discoveredReaders: [{ serial_number: terrace.serial_number }] }];
    sdk.calls = [];
    await reader.pay(terrace, false, "secret", {});
    expect(sdk.calls).toEqual([
        "disconnect",
        "forget",
        "discover",
        "connect",
        "collect",
        "process",
    ]);
});

test("a reader in use is taken over only when told", async () => {
    const reader = newReader();
    sdk.answers.connect = [failure("reader_error", "Reader is currently in use")];
    expect(await pay(reader)).toEqual({ stage: "connect", code: "reader_in_use" });
    expect(sdk.lastArguments[1]).toEqual({ fail_if_in_use: true });
    const connected = [];
    sdk.answers.connect = [() => (connected.push(sdk.lastArguments[1]), { reader: {} })];
    expect(await pay(reader, true)).toEqual({ stage: "process", code: null });
    expect(connected).toEqual([{ fail_if_in_use: false }]);
});

test("a reader that has moved is looked for again", async () => {
    const reader = newReader();
    await pay(reader);
    sdk.isConnected = false;
    sdk.answers.connect = [failure("network_error")];
    sdk.calls = [];
    expect(await pay(reader)).toEqual({ stage: "process", code: null });
    expect(sdk.calls).toEqual(["connect", "discover", "connect", "collect", "process"]);
});

test("a reader that the failed network left with this page's payment is taken over", async () => {
    const reader = newReader();
    sdk.answers.process = [() => ((sdk.isConnected = false), failure("network_error"))];
    await pay(reader);
    sdk.props.onUnexpectedReaderDisconnect();
    const options = [];
    const connect = () => (options.push(sdk.lastArguments[1]), (sdk.isConnected = true), {});
    sdk.answers.connect = [connect];
    expect(await pay(reader)).toEqual({ stage: "process", code: null });
    expect(options).toEqual([{ fail_if_in_use: false }]);
    // It answers again: whoever has it from here on is somebody else.
    sdk.isConnected = false;
    sdk.answers.connect = [connect];
    await pay(reader);
    expect(options[1]).toEqual({ fail_if_in_use: true });
});

test("a reader that this page did not use is not taken over after the network failed", async () => {
    const reader = newReader();
    await pay(reader);
    const terrace = { ...TARGET, serial_number: "STRM26100002" };
    const readers = [TARGET, terrace].map(({ serial_number }) => ({ serial_number }));
    sdk.answers.discover = Array(8).fill({ discoveredReaders: readers });
    sdk.answers.connect = Array(8).fill(failure("network_error"));
    const paying = reader.pay(terrace, false, "secret", {});
    await wait(300 + 1500 + 4000 + 1000);
    expect(await paying).toEqual({ stage: "connect", code: "network_error" });
    const options = [];
    sdk.answers.connect = [() => (options.push(sdk.lastArguments[1]), { reader: {} })];
    await pay(reader);
    expect(options).toEqual([{ fail_if_in_use: true }]);
});

test("a reader that was lost between payments may be another till's when the network fails", async () => {
    const reader = newReader();
    await pay(reader);
    sdk.isConnected = false;
    sdk.props.onUnexpectedReaderDisconnect();
    const options = [];
    const lost = failure("network_error");
    // Both addresses are tried before the pause.
    sdk.answers.connect = [lost, lost, () => (options.push(sdk.lastArguments[1]), {})];
    const paying = pay(reader);
    await wait(300);
    expect(await paying).toEqual({ stage: "process", code: null });
    expect(options).toEqual([{ fail_if_in_use: true }]);
});

test("a lost connection is tried three times more, then told", async () => {
    sdk.answers.collect = Array(4).fill(failure("no_established_connection"));
    const paying = pay(newReader());
    await wait(300 + 1500 + 4000 + 1000);
    expect(await paying).toEqual({ stage: "collect", code: "no_established_connection" });
    expect(sdk.calls.filter((call) => call === "collect")).toHaveLength(4);
});

test("a card that the reader still holds is forgotten first", async () => {
    sdk.answers.collect = [failure("command_already_in_progress")];
    expect(await pay(newReader())).toEqual({ stage: "process", code: null });
    expect(sdk.calls.slice(2)).toEqual(["collect", "clear", "collect", "process"]);
});

test("the customer's cancel is not the cashier's", async () => {
    const reader = newReader();
    sdk.answers.collect = [failure("canceled")];
    expect(await pay(reader)).toEqual({ stage: "collect", code: "customer_canceled" });
    let end;
    sdk.answers.collect = [() => new Promise((resolve) => (end = resolve))];
    sdk.answers.cancelCollect = [() => (end(failure("canceled")), {})];
    const paying = pay(reader);
    await advanceTime(0);
    await reader.stop();
    expect(await paying).toEqual({ stage: "collect", code: "canceled" });
});

test("a cancel that the SDK does not answer keeps nobody waiting", async () => {
    const reader = newReader();
    sdk.answers = { collect: [never], cancelCollect: [never] };
    pay(reader);
    await advanceTime(0);
    let isStopped = false;
    reader.stop().then(() => (isStopped = true));
    await advanceTime(2999);
    expect(isStopped).toBe(false);
    await advanceTime(1);
    expect(isStopped).toBe(true);
});

test("a cancel while the bank is asked", async () => {
    const reader = newReader();
    let end;
    sdk.answers.process = [() => new Promise((resolve) => (end = resolve))];
    const paying = pay(reader);
    await advanceTime(0);
    await reader.stop();
    expect(sdk.calls.at(-1)).toBe("cancelProcess");
    end(PAID);
    expect(await paying).toEqual({ stage: "process", code: null });
});

test("an answer may come after the reader was lost", async () => {
    const reader = newReader();
    let end;
    sdk.answers.process = [() => new Promise((resolve) => (end = resolve))];
    const paying = pay(reader);
    await advanceTime(0);
    sdk.props.onUnexpectedReaderDisconnect({});
    await wait(14000);
    end(PAID);
    expect(await paying).toEqual({ stage: "process", code: null });
});

test("an answer that does not come is not waited for", async () => {
    const reader = newReader();
    sdk.answers.process = [never];
    const paying = pay(reader);
    await advanceTime(0);
    sdk.props.onUnexpectedReaderDisconnect({});
    await wait(15500);
    expect(await paying).toEqual({ stage: "process", code: "no_established_connection" });
});

test("a card is refunded with a fresh permission only", async () => {
    const reader = newReader();
    const refund = { charge: "ch_1", amount: 240, currency: "cad" };
    expect(await reader.refund(TARGET, false, refund, async () => true)).toEqual({
        stage: "process",
        code: null,
    });
    expect(await reader.refund(TARGET, false, refund, async () => false)).toEqual({
        stage: "confirm",
        code: "canceled",
    });
    expect(sdk.calls.at(-1)).toBe("clear");
    const late = () => new Promise((resolve) => setTimeout(() => resolve(true), 15000));
    const refunding = reader.refund(TARGET, false, refund, late);
    await wait(15500);
    expect(await refunding).toEqual({ stage: "confirm", code: "canceled" });
    const failing = () => Promise.reject(new Error("502"));
    expect(await reader.refund(TARGET, false, refund, failing)).toEqual({
        stage: "confirm",
        code: "network_error",
    });
    expect(sdk.calls.filter((call) => call === "processRefund")).toHaveLength(1);
});

test("why there is no token", async () => {
    const reader = newReader();
    reader.fetchToken = () => Promise.reject(Object.assign(new Error(), { code: "no_such_code" }));
    sdk.answers.discover = [
        async () => {
            await sdk.props.onFetchConnectionToken().catch(() => {});
            return failure("failed_fetch_connection_token");
        },
    ];
    expect(await pay(reader)).toEqual({ stage: "connect", code: "failed_fetch_connection_token" });
});

test("a script that hangs is given up, and asked for again", async () => {
    patchWithCleanup(window, { StripeTerminal: undefined });
    const scripts = [];
    patchWithCleanup(document.head, { append: (script) => scripts.push(script) });
    const loading = loadSdk().catch((error) => error.message);
    await advanceTime(15000);
    expect(await loading).toMatch(/js.stripe.com.*could not be loaded/);
    const again = loadSdk();
    window.StripeTerminal = { create: () => {} };
    scripts[1].onload();
    expect(await again).toBe(window.StripeTerminal);
    expect(scripts).toHaveLength(2);
});
