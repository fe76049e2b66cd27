// Guidelines of a dataset: to read, and for its owner to edit.

import { button, errorBox } from "./controls.js";
import { fill, h } from "./dom.js";
import { markdownNodes } from "./markdown.js";

/**
 * @typedef {object} GuidelinesOptions
 * @property {Guidelines} guidelines
 * @property {boolean} mayEdit
 * @property {string} empty what stands there while there are none
 * @property {(text: string) => Promise<Guidelines>} save
 * @property {() => Child} [more] after the version
 * @property {() => void} [saved]
 * @property {() => void} [cancelled]
 */

/**
 * Draw the guidelines into `body`, and change them there.
 * @param {HTMLElement} body
 * @param {GuidelinesOptions} options
 */
export function drawGuidelines(body, options) {
  const { guidelines, mayEdit, more } = options;
  const some = guidelines.text.trim();
  const word = some ? "Edit guidelines" : "Write guidelines";
  fill(
    body,
    some ? guidelinesText(guidelines.tree) : h("p.rr-muted", options.empty),
    h(
      "div.rr-row.rr-an-foot",
      mayEdit && button(word, () => editGuidelines(body, options), { icon: "edit" }),
      some && h("span.rr-faint", `Version ${guidelines.version}`),
      more?.(),
    ),
  );
}

/**
 * Guidelines to read.
 * @param {MarkdownTree} tree
 */
export function guidelinesText(tree) {
  return h("div.rr-an-md", markdownNodes(tree));
}

/**
 * Draw the editor of guidelines.
 * @param {HTMLElement} body
 * @param {GuidelinesOptions} options
 */
export function editGuidelines(body, options) {
  const label = { rows: 14, "aria-label": "Guidelines in Markdown" };
  const field = h("textarea.rr-field.rr-an-write", label);
  const errors = h("div");
  field.value = options.guidelines.text;
  const save = async () => {
    try {
      options.guidelines = await options.save(field.value);
      drawGuidelines(body, options);
      options.saved?.();
    } catch (error) {
      fill(errors, errorBox(error));
    }
  };
  const cancel = () => (options.cancelled ?? (() => drawGuidelines(body, options)))();
  const note = "Markdown. Each label records the version it was given under.";
  const foot = h(
    "div.rr-row.rr-an-foot",
    button("Save guidelines", save, { kind: "primary" }),
    button("Cancel", cancel, { kind: "quiet" }),
    h("span.rr-faint", note),
  );
  fill(body, field, errors, foot);
  field.focus();
}
