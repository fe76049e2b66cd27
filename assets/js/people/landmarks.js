// Landmarks: the header beside the main part, and a link that skips it.

import { h } from "../lib/dom.js";
import { focusPanel } from "../lib/panel.js";

/**
 * Gradio draws everything into `main`; the header belongs before it. Gradio lets rules for small
 * windows hold inside an element with the class `contain` alone, so the header gets one.
 */
export function moveHeader() {
  const header = document.getElementById("rr-header");
  const main = header?.closest("main");
  if (header && main) main.before(h("div.contain.rr-top", header));
}

/** The first stop of the Tab key. */
export function skipLink() {
  /** @param {MouseEvent} event */
  const onclick = (event) => {
    event.preventDefault();
    focusPanel();
  };
  return h("a.rr-skip", { href: "#rr-tabs", onclick }, "Skip to content");
}
