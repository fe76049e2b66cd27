// Polling, and whether an element is on the screen.

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

/**
 * Call `act` again and again while `element` is visible; less often after failures.
 * @param {HTMLElement} element
 * @param {number | null} seconds null: as often as the server asks for
 * @param {() => unknown} act
 */
export function poll(element, seconds, act) {
  let failures = 0;
  const turn = async () => {
    if (!element.isConnected) return;
    try {
      if (isVisible(element)) {
        await act();
        failures = 0;
      }
    } catch {
      failures += 1;
    }
    setTimeout(turn, Math.min((seconds ?? pollRate.seconds) * 1000 * 2 ** failures, 15000));
  };
  turn();
}
