// What several parts of the Data tab use.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { labelChip } from "../lib/labels.js";

// Whether this person may change datasets; as the server last answered.
export const rights = { mayChange: false };

// The label of a pair in a table: the effective one, disputed, or hidden.
export const pairChip = (pair, scale) =>
  pair.state === "hidden"
    ? h(
        "span",
        {
          class: "rr-chip none",
          title: "Kept from annotators: the test split is sealed, or the dataset is labelled blind",
        },
        "hidden",
      )
    : labelChip(pair.state === "disputed" ? "disputed" : pair.effective, scale);

export const oneLine = (text, most = 400) =>
  (text.length > most ? `${text.slice(0, most)}…` : text).replace(/\s+/g, " ");

export const formatSize = (bytes) =>
  bytes < 1e6
    ? `${bytes && Math.max(1, Math.round(bytes / 1e3))} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`;

export const scaleName = (scale) =>
  scale.kind === "binary"
    ? "binary"
    : scale.kind === "graded"
      ? `graded ${scale.min || 0} to ${scale.max}`
      : `score 0 to ${scale.max}`;

// A question before something goes: its name and count, and the one button that does it.
export const confirmAction = (title, text, verb, act) => {
  const dialog = h("dialog", { class: "rr-dialog rr-room" });
  const close = () => dialog.close();
  dialog.addEventListener("close", () => dialog.remove());
  fill(
    dialog,
    h("h2", {}, title),
    h("p", { class: "rr-muted" }, text),
    h(
      "div",
      { class: "rr-row" },
      button(
        verb,
        () => {
          close();
          act();
        },
        { kind: "danger", icon: "trash" },
      ),
      button("Cancel", close),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
};
