export const isVisible = (element) =>
  element.isConnected && element.offsetParent !== null && document.visibilityState === "visible";

export const isTyping = (event) =>
  event.ctrlKey ||
  event.metaKey ||
  event.altKey ||
  !!event.target.closest?.("input,textarea,select,[contenteditable=true]");

// Seconds between two polls of running work; the server asks for more where many pages look.
export const pollRate = { seconds: 2 };

// Poll `act` every `seconds` (null: as often as the server asks for) while `element` is to be seen; slower after failures.

export const poll = (element, seconds, act) => {
  let failures = 0;
  const turn = async () => {
    if (!element.isConnected) return;
    if (isVisible(element)) {
      try {
        await act();
        failures = 0;
      } catch {
        failures += 1;
      }
    }
    setTimeout(turn, Math.min((seconds ?? pollRate.seconds) * 1000 * 2 ** failures, 15000));
  };
  turn();
};
