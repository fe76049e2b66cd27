// The further columns of an import: kept with each pair; which of them are shown beside it.

import { h } from "../lib/dom.js";
import { oneLine, plural } from "../lib/format.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

/**
 * The choice of further columns to show beside each pair.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
export function furtherColumns(panel, { further = [] }) {
  if (!further.length) return null;
  // Numbers of a few values may be labels, which would be seen beside the pair.
  panel.shown ??= new Set(further.filter(({ labels }) => !labels).map(({ column }) => column));
  const shown = panel.shown;
  const boxes = further.map(({ column, example }) => {
    const box = h("input", { type: "checkbox", checked: shown.has(column) });
    box.addEventListener("change", () => {
      if (box.checked) shown.add(column);
      else shown.delete(column);
    });
    const such = example && h("span.rr-faint", ` ${oneLine(example)}`);
    const text = h("span.rr-cut", { dir: "auto", title: example }, h("b", column), such);
    return h("label.rr-check", box, text);
  });
  const title = `${plural(further.length, "further column")} kept with each pair`;
  return h(
    "div.rr-further-choice",
    { role: "group", "aria-label": title },
    h("p", h("b", `${title}. `), "Everyone sees the ticked ones beside it; change this later."),
    h("div.rr-further-boxes", boxes),
  );
}
