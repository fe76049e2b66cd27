import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";

// Edits the query or passage of `pair` inside `cell`. `save(change)` stores
// {[part], labels, whole_query}; `close()` shows the cell as it was.
export function openTextEditor(cell, pair, part, { save, close }) {
  const field = h("textarea", {
    class: "rr-field",
    dir: "auto",
    rows: Math.min(8, 1 + Math.ceil(pair[part].length / 60)),
    "aria-label": part === "query" ? "Query" : "Passage",
  });
  field.value = pair[part];
  const all = part === "query" ? h("input", { type: "checkbox", checked: "" }) : null;
  const store = (labels) =>
    save({ [part]: field.value, labels, whole_query: Boolean(all?.checked) });
  const ask = () => {
    if (field.value.trim() === pair[part]) close();
    else askMeaning(cell, field, { store, back: () => draw() });
  };
  function draw() {
    fill(
      cell,
      field,
      all && h("label", { class: "rr-row" }, all, "In all pairs of this query"),
      h(
        "div",
        { class: "rr-row" },
        button("Save", ask, { kind: "primary small" }),
        button("Cancel", close, { kind: "quiet small" }),
        h("span", { class: "rr-grow" }),
        keyHint(),
      ),
    );
    field.focus();
  }
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ask();
    }
  });
  cell.classList.add("editing");
  draw();
  field.setSelectionRange(field.value.length, field.value.length);
}

// A correction keeps label and annotations; another meaning needs new ones.
function askMeaning(cell, field, { store, back }) {
  const keep = button("Correction: keep the label", () => store("keep"), {
    kind: "primary small",
  });
  const choice = h(
    "div",
    { class: "rr-text-choice", role: "group", "aria-label": "What did you change?" },
    h("p", {}, "Is this a correction, or does the text mean something else now?"),
    h(
      "div",
      { class: "rr-row" },
      keep,
      button("New meaning: remove the label", () => store("remove"), { kind: "small" }),
      button("Back", back, { kind: "quiet small" }),
    ),
  );
  choice.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") back();
  });
  fill(cell, h("div", { class: "rr-text-edited", dir: "auto" }, field.value), choice);
  keep.focus();
}

function keyHint() {
  const key = (name) => h("kbd", { class: "rr-key" }, name);
  return h(
    "span",
    { class: "rr-faint rr-desk" },
    ...[key("Ctrl"), " ", key("Enter"), " saves, ", key("Esc"), " cancels"],
  );
}
