// Polling, and whether an element is on the screen.

import { connection } from "./connection.js";

/**
 * Whether an element is on the screen.
 * @param {HTMLElement} element
 */
export function isVisible(element) {
  const shown = element.isConnected && element.offsetParent !== null;
  return shown && document.visibilityState === "visible";
}

/**
 * The element of an event.
 * @param {Event} event
 */
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

const BEHIND = 5; // turns between two polls of a page that is not looked at
const LONGEST = 15000; // milliseconds between two tries after failures

/**
 * Call `act` again and again while `element` is visible and the user signed in; less often after
 * failures.
 * @param {HTMLElement} element
 * @param {number | null} seconds null: as often as the server asks for
 * @param {() => unknown} act
 * @param {{ behind?: () => boolean }} [options] behind: whether to call it, more seldom, while the
 *   browser shows another page
 */
export function poll(element, seconds, act, { behind = () => false } = {}) {
  let failures = 0;
  let turns = 0;
  const turn = async () => {
    if (!element.isConnected) return;
    turns += 1;
    try {
      const looked = isVisible(element) || (document.hidden && turns % BEHIND === 0 && behind());
      if (looked && connection.state !== "signed out") {
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
