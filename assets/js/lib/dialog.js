import { button } from "./controls.js";
import { h } from "./dom.js";

export const openDialog = (title, ...content) => {
  const before = document.activeElement;
  const close = button("", () => dialog.close(), {
    kind: "quiet icon",
    icon: "cross",
    label: "Close",
  });
  const dialog = h(
    "dialog",
    { class: "rr-room rr-an-dialog", "aria-label": title },
    h("div", { class: "rr-card-head" }, h("h2", { class: "rr-grow" }, title), close),
    h("div", { class: "rr-card-body" }, content),
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

export const openKeyHelp = (keys) => {
  const row = ([key, word]) =>
    h("div", {}, h("dt", {}, h("kbd", { class: "rr-key" }, key)), h("dd", {}, word));
  openDialog(
    "Keys",
    h("dl", { class: "rr-an-keys" }, [...keys, ["?", "This list"]].map(row)),
    h("p", { class: "rr-faint" }, "Keys are off while you type and while another tab is open."),
  );
};
