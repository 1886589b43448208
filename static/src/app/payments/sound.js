import { browser } from "@web/core/browser/browser";

/** With which Odoo keeps, for each browser, that messages make no sound. */
const MESSAGE_SOUND = "mail.user_setting.message_sound";

/**
 * Let the cashier hear how a payment ended, unless this browser is to be silent.
 *
 * @param {Object} sound core's service of sounds
 * @param {boolean} isPaid
 */
export function playSound(sound, isPaid) {
    if (browser.localStorage.getItem(MESSAGE_SOUND) !== "false") {
        sound.play(isPaid ? "notification" : "error");
    }
}
