// The panel of the open tab, as a place for the focus.

/**
 * Move the focus to the panel of the open tab.
 * @param {FocusOptions} [options]
 */
export function focusPanel(options) {
  const panels = [...document.querySelectorAll("#rr-tabs > [role=tabpanel]")];
  const panel = panels.find((node) => node instanceof HTMLElement && node.offsetParent);
  if (!(panel instanceof HTMLElement)) return;
  panel.tabIndex = -1;
  panel.focus(options);
}

/** A button that opened another tab is hidden now: without this the focus would be lost. */
export function keepFocus() {
  requestAnimationFrame(() => {
    const focused = document.activeElement;
    const isLost = !focused || focused === document.body || !focused.checkVisibility();
    if (isLost) focusPanel({ preventScroll: true });
  });
}
