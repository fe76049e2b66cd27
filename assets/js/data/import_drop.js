// The field a file is dropped on, and the id of a dataset on the Hub.

import { h } from "../lib/dom.js";
import { guideLink } from "../lib/guide.js";
import { icon } from "../lib/icons.js";

const FORMATS =
  "CSV, Excel, JSON, Parquet, BEIR, TREC, Label Studio, Argilla, Quepid and more. You'll see a preview before anything is saved.";

/**
 * The field for files, and for the id of a dataset on the Hub.
 * @param {(files: File[]) => void} begin
 * @param {(id: string) => void} beginFromHub
 */
export function dropField(begin, beginFromHub) {
  /** @param {FileList | null | undefined} files */
  const take = (files) => files?.length && begin([...files]);
  const field = h(
    "div.rr-drop",
    h("span.rr-drop-mark", icon("upload")),
    h(
      "div.rr-grow",
      filePicker(take),
      h("p.rr-muted", FORMATS, " ", guideLink("data#import-a-file", "File formats")),
    ),
    hubForm(beginFromHub),
  );
  /** @param {DragEvent} event */
  const over = (event) => {
    event.preventDefault();
    field.classList.toggle("over", event.type === "dragenter" || event.type === "dragover");
  };
  for (const name of /** @type {const} */ (["dragenter", "dragover", "dragleave", "drop"])) {
    field.addEventListener(name, over);
  }
  field.addEventListener("drop", (event) => take(event.dataTransfer?.files));
  return field;
}

/** @param {(files: FileList | null) => unknown} take */
function filePicker(take) {
  /** @type {HTMLInputElement} */
  const input = h("input.rr-sr", {
    type: "file",
    id: "rr-file",
    multiple: true,
    onchange: () => take(input.files),
  });
  const pick = h("label.rr-link", { for: "rr-file" }, "choose files");
  return h("p", h("b", "Drop files here, or "), pick, input);
}

/** @param {(id: string) => void} begin */
function hubForm(begin) {
  const properties = { id: "rr-hub", placeholder: "owner/name", spellcheck: "false" };
  const id = h("input.rr-field", properties);
  /** @param {SubmitEvent} event */
  const onsubmit = (event) => {
    event.preventDefault();
    if (id.value.trim()) begin(id.value.trim());
  };
  const read = h("button.rr-button", { type: "submit" }, "Read");
  const label = h("label.rr-label", { for: "rr-hub" }, "Or a dataset id on the Hub");
  return h("form.rr-hub", { onsubmit }, label, h("div.rr-row", id, read));
}
