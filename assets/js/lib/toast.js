// A short message that goes away by itself; one at a time.

import { h } from "./dom.js";

/**
 * Show a short message, with a button that undoes or opens something.
 * @param {string} text
 * @param {() => unknown} [act] undoes what was done, unless `word` says otherwise
 * @param {string} [word] on its button
 */
export function toast(text, act, word = "Undo") {
  document.querySelector(".rr-toast")?.remove();
  const node = h("div.rr-toast.rr-widget", { role: "status" }, h("span", text));
  const onclick = () => {
    node.remove();
    act?.();
  };
  if (act) node.append(h("button", { type: "button", onclick }, word));
  let timer = setTimeout(() => node.remove(), 8000);
  const hold = () => clearTimeout(timer);
  const release = () => {
    timer = setTimeout(() => node.remove(), 3000);
  };
  for (const name of ["mouseenter", "focusin"]) node.addEventListener(name, hold);
  for (const name of ["mouseleave", "focusout"]) node.addEventListener(name, release);
  // A dialog lies over everything else on the page: a message in it is seen, and outlives it.
  const dialog = document.querySelector("dialog[open]");
  (dialog ?? document.body).append(node);
  const leave = () => node.parentNode === dialog && document.body.append(node);
  dialog?.addEventListener("close", leave, { once: true });
}
