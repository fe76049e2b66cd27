// One's name in the header, and what opens from it: people, invites, keys, password, sign out.

import { button } from "./controls.js";
import { h } from "./dom.js";

export const openPanel = (title, ...content) => {
  const before = document.activeElement;
  const close = button("", () => dialog.close(), {
    kind: "quiet icon",
    icon: "cross",
    label: "Close",
  });
  const dialog = h(
    "dialog",
    { class: "rr-room rr-panel", "aria-label": title },
    h("div", { class: "rr-panel-head" }, h("h2", { class: "rr-grow" }, title), close),
    h("div", { class: "rr-panel-body" }, content),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
};
