import { ConnectionAbortedError, ConnectionLostError, rpc } from "@web/core/network/rpc";

/** No route of the addon waits for a reader: an answer that takes longer, in milliseconds, is lost. */
const ANSWER_WAIT = 15000;

export const isConnectionError = (error) =>
    error instanceof ConnectionLostError || error instanceof ConnectionAbortedError;

/**
 * Ask one of the addon's routes; always ends, with an answer or an error.
 *
 * @param {string} route such as "status"
 * @param {Object} params
 */
export async function request(route, params) {
    const answer = rpc(`/pos_payment_stripe/${route}`, params, { silent: true });
    const timer = setTimeout(() => answer.abort(), ANSWER_WAIT);
    try {
        return await answer;
    } finally {
        clearTimeout(timer);
    }
}
