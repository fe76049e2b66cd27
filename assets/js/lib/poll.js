// Polling, and whether an element is on the screen.

import { connection } from "./connection.js";

/** @param {HTMLElement} element */
export function isVisible(element) {
  const shown = element.isConnected && element.offsetParent !== null;
  return shown && document.visibilityState === "visible";
}

/** @param {Event} event */
export function targetOf(event) {
  return /** @type {HTMLElement} */ (event.target);
}

/**
 * Whether a key belongs to a field or to the browser.
 * @param {KeyboardEvent} event
 */
export function isTyping(event) {
  const fields = "input,textarea,select,[contenteditable=true]";
  return event.ctrlKey || event.metaKey || event.altKey || !!targetOf(event).closest?.(fields);
}

/** Seconds between two polls of running work; the server asks for more where many pages look. */
export const pollRate = { seconds: 2 };

const LONGEST = 15000; // milliseconds between two tries after failures

/**
 * Call `act` again and again while `element` is visible and the user signed in; less often after
 * failures.
 * @param {HTMLElement} element
 * @param {number | null} seconds null: as often as the server asks for
 * @param {() => unknown} act
 */
export function poll(element, seconds, act) {
  let failures = 0;
  const turn = async () => {
    if (!element.isConnected) return;
    try {
      if (isVisible(element) && connection.state !== "signed out") {
        await act();
        failures = 0;
      }
    } catch {
      failures += 1;
    }
    const usual = (seconds ?? pollRate.seconds) * 1000;
    setTimeout(turn, Math.min(usual * 2 ** failures, Math.max(usual, LONGEST)));
  };
  turn();
}
