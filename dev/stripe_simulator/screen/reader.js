// Draws one reader's screen and sends what people do with it to the control API.
"use strict";

const reference = decodeURIComponent(location.pathname.split("/")[2] || "");
const base = `/_simulator/readers/${encodeURIComponent(reference)}`;
const WAIT = 20; // seconds that a request waits for a change
const RETRY = 1000; // milliseconds before the next try when the simulator is gone

const CARDS = [
    ["4242424242424242", "Visa credit"],
    ["4000056655665556", "Visa debit"],
    ["5555555555554444", "Mastercard credit"],
    ["5200828282828210", "Mastercard debit"],
    ["378282246310005", "American Express"],
    ["6011111111111117", "Discover"],
    ["4001007020000002", "Visa with PIN"],
    ["4506445006931933", "Interac (Canada)"],
    ["6280000360000978", "eftpos (Australia)"],
    ["4000000000009995", "Visa without funds"],
    ["4000000000000069", "Visa, expired"],
    ["4000000000005126", "Visa, refund fails"],
];
const REASONS = [
    ["insufficient_funds", "Insufficient funds"],
    ["generic_decline", "No reason given"],
    ["call_issuer", "Call the bank"],
    ["incorrect_pin", "Wrong PIN"],
    ["pin_try_exceeded", "Wrong PIN too often"],
    ["expired_card", "Card expired"],
    ["lost_card", "Lost card"],
    ["stolen_card", "Stolen card"],
    ["withdrawal_count_limit_exceeded", "Limit reached"],
    ["processing_error", "Bank's system failed"],
];

const NOT_THE_BANK = new Set([
    "charge_already_refunded",
    "connection_error",
    "invalid_card_type",
    "payment_intent_incompatible_payment_method",
    "payment_intent_unexpected_state",
]);

const find = (selector) => document.querySelector(selector);
const findAll = (selector) => [...document.querySelectorAll(selector)];
const setText = (selector, text) => {
    for (const element of findAll(selector)) {
        element.textContent = text || "";
    }
};

let current = null;
let flying = null;

function money(amount, screen = current) {
    if (amount === null || amount === undefined || !screen.currency) {
        return "";
    }
    return new Intl.NumberFormat("en", {
        style: "currency",
        currency: screen.currency.toUpperCase(),
        minimumFractionDigits: screen.decimals,
        maximumFractionDigits: screen.decimals,
    }).format(amount / 10 ** screen.decimals);
}

function viewOf(screen) {
    const waits = ["idle", "cart", "tip", "amount"].includes(screen.state);
    return screen.network !== "online" && waits ? "offline" : screen.state;
}

function draw(screen) {
    current = screen;
    const view = viewOf(screen);
    document.title = `${screen.label} · ${view}`;
    document.body.dataset.state = screen.state;
    document.body.dataset.network = screen.network;
    find(".device").dataset.screen = view;
    for (const element of findAll(".view")) {
        element.classList.toggle("shown", element.dataset.view === view);
    }
    setText(".label", screen.label);
    setText(".serial", screen.label === screen.serial_number ? "" : screen.serial_number);
    setText(".amount", money(screen.amount));
    for (const element of findAll(".amount:not(.small)")) {
        element.classList.toggle("long", element.textContent.length > 9);
    }
    setText(".kind", screen.kind === "refund" ? "Refund" : "Total");
    setText(".prompt", screen.kind === "refund" ? "Tap or insert the card" : "Tap or insert card");
    setText(".tip", screen.tip ? `with a tip of ${money(screen.tip)}` : "");
    setText(
        "[data-view=declined] .headline",
        NOT_THE_BANK.has(screen.code) ? "Failed" : "Declined"
    );
    setText(".reason", screen.message);
    setText(".card-used", screen.last4 ? `${screen.brand} •••• ${screen.last4}` : "");
    setText(".network-text", screen.occupied || "");
    setText(".intent", screen.payment_intent);
    drawCart(screen.cart);
    drawTips(screen);
    drawButtons(screen);
    drawFlyingCard(screen);
}

function drawCart(cart) {
    find(".cart-lines").replaceChildren();
    find(".cart-sums").replaceChildren();
    if (!cart) {
        return;
    }
    const row = (tag, name, amount, className = "") => {
        const element = document.createElement(tag);
        element.className = className;
        for (const text of [name, money(amount)]) {
            const part = document.createElement("span");
            part.textContent = text;
            element.append(part);
        }
        return element;
    };
    for (const line of cart.line_items) {
        const times = line.quantity > 1 ? `${line.quantity} × ` : "";
        find(".cart-lines").append(row("li", times + line.description, line.amount));
    }
    if (cart.tax) {
        find(".cart-sums").append(row("div", "Tax", cart.tax));
    }
    find(".cart-sums").append(row("div", "Total", cart.total, "total"));
}

function drawTips(screen) {
    const buttons = (screen.tips || []).map(({ amount, percentage }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.tip = amount;
        for (const text of percentage ? [`${percentage} %`, money(amount)] : [money(amount)]) {
            const part = document.createElement("span");
            part.textContent = text;
            button.append(part);
        }
        return button;
    });
    find(".tips").replaceChildren(...buttons);
    if (screen.state !== "tip") {
        find(".custom-tip").reset();
    }
}

function drawButtons(screen) {
    const online = screen.network === "online";
    const ready = screen.state === "amount" && online;
    for (const id of ["tap", "insert", "decline"]) {
        find(`#${id}`).disabled = !ready;
    }
    const cancels = (ready || (screen.state === "tip" && online)) && screen.can_cancel;
    find("#customer-cancel").disabled = !cancels;
    for (const button of findAll(".on-screen-cancel")) {
        button.hidden = !cancels;
    }
    find("#network").textContent = online ? "Pull the network" : "Reconnect";
}

function drawFlyingCard(screen) {
    const card = find(".flying-card");
    if (screen.state !== "processing") {
        flying = screen.state === "amount" ? flying : null;
        card.className = "flying-card";
        return;
    }
    setText(".flying-digits", flying ? `•••• ${flying.card.slice(-4)}` : "");
    card.className = `flying-card ${flying ? flying.method : "tap"}`;
}

async function send(path, data = {}) {
    setText(".message", "");
    try {
        const response = await fetch(`${base}/${path}`, {
            method: "POST",
            body: JSON.stringify(data),
        });
        const answer = await response.json();
        if (!response.ok) {
            setText(".message", `${answer.error}.`);
        }
    } catch {
        setText(".message", "The simulator does not answer.");
    }
}

function present(path, method, data = {}) {
    flying = { method, card: find("#card").value };
    return send(path, { card: flying.card, ...data });
}

function fill(select, options) {
    for (const [value, text] of options) {
        select.append(new Option(text, value));
    }
}

async function watch() {
    let version = null;
    for (;;) {
        try {
            const query = version === null ? "" : `?after=${version}&wait=${WAIT}`;
            const response = await fetch(`${base}/screen${query}`, { cache: "no-store" });
            const screen = await response.json();
            find(".unreachable").hidden = response.ok;
            if (response.ok) {
                version = screen.version;
                draw(screen);
                requestAnimationFrame(() => document.body.classList.add("animated"));
                continue;
            }
            setText(".unreachable", `${screen.error}.`);
        } catch {
            setText(".unreachable", "The simulator does not answer. Trying again…");
            find(".unreachable").hidden = false;
        }
        version = null;
        await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
}

function tick() {
    const now = new Date();
    setText(".clock", now.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" }));
}

fill(find("#card"), CARDS);
fill(find("#reason"), REASONS);
find("#tap").addEventListener("click", () => present("tap", "tap"));
find("#insert").addEventListener("click", () => present("insert", "insert"));
find("#decline").addEventListener("click", () =>
    present("decline", "tap", { reason: find("#reason").value })
);
for (const button of findAll("#customer-cancel, .on-screen-cancel")) {
    button.addEventListener("click", () => send("customer_cancel"));
}
find("[data-view=tip]").addEventListener("click", ({ target }) => {
    const button = target.closest("[data-tip]");
    if (button) {
        send("choose_tip", { amount: Number(button.dataset.tip) });
    }
});
find(".custom-tip").addEventListener("submit", (event) => {
    event.preventDefault();
    const amount = Number(find(".custom-tip input").value);
    send("choose_tip", { amount: Math.round(amount * 10 ** current.decimals) });
});
find("#network").addEventListener("click", () =>
    send(current && current.network !== "online" ? "online" : "offline")
);
tick();
setInterval(tick, 5000);
watch();
