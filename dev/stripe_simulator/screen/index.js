// Lists the readers and what they show.
"use strict";

const PERIOD = 1000; // milliseconds
const STATES = {
    idle: "Ready",
    cart: "Shows a cart",
    amount: "Waits for a card",
    processing: "Processing",
    approved: "Approved",
    declined: "Declined",
    cancelled: "Cancelled",
};

function element(tag, className, text) {
    const result = document.createElement(tag);
    result.className = className;
    result.textContent = text;
    return result;
}

function card(screen) {
    const link = document.createElement("a");
    link.href = `/reader/${encodeURIComponent(screen.serial_number)}`;
    const mini = element("span", "mini", "");
    mini.dataset.state = screen.state;
    mini.append(document.createElement("i"));
    const name = document.createElement("span");
    name.append(element("strong", "", screen.label));
    if (screen.label !== screen.serial_number) {
        name.append(element("small", "", screen.serial_number));
    }
    const state = screen.network === "online" ? STATES[screen.state] : "No network";
    link.append(mini, name, element("span", "now", state));
    const item = document.createElement("li");
    item.append(link);
    return item;
}

let shown = "";

async function refresh() {
    const lead = document.querySelector(".lead");
    try {
        const response = await fetch("/_simulator/readers", { cache: "no-store" });
        const screens = await response.json();
        const text = JSON.stringify(screens);
        if (text !== shown) {
            shown = text;
            document.querySelector(".cards").replaceChildren(...screens.map(card));
            lead.textContent = screens.length
                ? "Card readers of the simulated account. Nothing here moves money."
                : "There are no card readers yet.";
        }
    } catch {
        shown = "";
        lead.textContent = "The simulator does not answer. Trying again…";
    }
    setTimeout(refresh, PERIOD);
}

refresh();
