// The foot of an import: which dataset and split the pairs go to, and what that changes.

import { address } from "../lib/address.js";
import { button, linkButton, setButtonText } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { scaleName } from "../lib/labels.js";
import { errorSentence } from "../lib/server.js";
import { choiceList } from "./import_options.js";
import { answersOf } from "./import_scale.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

const PAUSE = 250; // milliseconds after typing before the server counts

/** @type {[into: ImportInto, word: string][]} */
const TARGETS = [
  ["new", "New dataset"],
  ["add", "Add to"],
  ["replace", "Replace pairs of"],
];
/** @type {[split: Split | "", word: string][]} */
const SPLITS = [
  ["", "as in the file, else by query"],
  ["train", "all to train"],
  ["dev", "all to dev"],
  ["test", "all to test"],
];

/** What was chosen for an upload; kept while its reading is drawn again. */
export class ImportTarget {
  /** @param {string} name suggested for a new dataset */
  constructor(name) {
    /** @type {ImportInto} */
    this.into = "new";
    this.name = name;
    this.existing = "";
    /** @type {Split | ""} */
    this.split = "";
  }

  /** The dataset that is meant. */
  get dataset() {
    return (this.into === "new" ? this.name : this.existing).trim();
  }
}

/** The foot below a reading that can be stored. */
export class TargetFoot {
  /**
   * @param {ImportPanel} panel
   * @param {ImportReport} report
   * @param {boolean} open whether columns wait for a confirmation
   */
  constructor(panel, report, open) {
    this.panel = panel;
    this.target = panel.target;
    this.report = report;
    this.open = open;
    this.timer = 0;
    this.calls = 0; // calls so far: an answer to an earlier one is passed over
    this.fields = h("div.rr-row.rr-target-fields");
    this.sentence = h("div.rr-grow.rr-target-sentence", { role: "status" });
    this.go = button("Import", () => this.store(), { kind: "primary" });
    const foot = h("div.rr-row.rr-target-foot", this.sentence, this.go);
    this.node = h("div.rr-card-foot.rr-import-foot", this.fields, foot);
    this.draw();
  }

  draw() {
    const { target } = this;
    const names = this.panel.datasets;
    if (target.into !== "new" && !names.includes(target.existing)) {
      const likely = [target.name.trim(), address.dataset, names[0]];
      target.existing = likely.find((name) => name && names.includes(name)) ?? "";
    }
    const buttons = TARGETS.map(([into, word]) => {
      const onclick = () => this.choose(into);
      const pressed = { type: "button", "aria-pressed": String(target.into === into), onclick };
      return h("button", pressed, word);
    });
    const segment = h("div.rr-segment", { role: "group", "aria-label": "Import into" }, buttons);
    const where = target.into === "new" ? this.nameField() : this.datasetList(names);
    const set = (/** @type {string} */ split) => this.setSplit(/** @type {Split | ""} */ (split));
    const split = choiceList(SPLITS, target.split, set, "Split");
    const label = h("label.rr-target-split", h("span", "Split"), split);
    fill(this.fields, names.length > 0 && segment, where, label);
    this.count(0);
  }

  nameField() {
    const label = h("label", { for: "rr-import-name" }, "Import as");
    const properties = { id: "rr-import-name", value: this.target.name };
    const field = h("input.rr-field", properties);
    field.addEventListener("input", () => {
      this.target.name = field.value;
      this.count(PAUSE);
    });
    return [label, field];
  }

  /** @param {string[]} names */
  datasetList(names) {
    const choices = names.map((name) => /** @type {[string, string]} */ ([name, name]));
    const set = (/** @type {string} */ name) => {
      this.target.existing = name;
      this.count(0);
    };
    return choiceList(choices, this.target.existing, set, "Dataset");
  }

  /** @param {ImportInto} into */
  choose(into) {
    this.target.into = into;
    this.draw();
  }

  /** @param {Split | ""} split */
  setSplit(split) {
    this.target.split = split;
  }

  /**
   * Ask the server what the import would change.
   * @param {number} pause in milliseconds
   */
  count(pause) {
    clearTimeout(this.timer);
    this.calls += 1;
    const call = this.calls;
    this.go.disabled = true;
    const count = plural(this.report.distinct, "pair");
    setButtonText(this.go, this.target.into === "new" ? `Import ${count}` : "Counting…");
    this.timer = window.setTimeout(async () => {
      const { dataset, into } = this.target;
      const { token, server } = this.panel;
      try {
        const preview = await server.import_preview({ token, dataset, into });
        if (call === this.calls) this.show(preview);
      } catch (error) {
        if (call === this.calls) fill(this.sentence, errorSentence(error));
      }
    }, pause);
  }

  /** @param {ImportPreview} preview */
  show(preview) {
    const { into, dataset } = this.target;
    const taken = into === "new" && preview.existing_pairs !== null;
    this.go.disabled = this.open || taken || !!preview.refused;
    if (taken) fill(this.sentence, this.offerExisting(dataset, preview.existing_pairs ?? 0));
    else if (preview.refused !== null)
      fill(this.sentence, preview.refused, this.offerScale(preview));
    else {
      setButtonText(this.go, buttonText(into, preview));
      fill(this.sentence, this.open ? CONFIRM : sentenceOf(into, dataset, preview));
    }
  }

  /**
   * A dataset of this name exists: add to it, replace its pairs, or type another name.
   * @param {string} name
   * @param {number} pairs
   */
  offerExisting(name, pairs) {
    const add = linkButton("Add to it", () => this.choose("add"));
    const replace = linkButton("Replace its pairs", () => this.choose("replace"));
    const text = `There is a dataset called ${name} with ${plural(pairs, "pair")}. Type another name, or: `;
    return [text, add, " · ", replace];
  }

  /**
   * The file can be read on the scale of the dataset; labels outside of it are then rejected.
   * @param {RefusedImport} preview
   */
  offerScale({ scale }) {
    if (!scale) return null;
    const read = () => this.panel.readAgain(answersOf(scale));
    return [" ", linkButton(`Read the file as ${scaleName(scale)}`, read)];
  }

  async store() {
    this.go.disabled = true;
    try {
      await this.panel.store(this.target);
    } catch (error) {
      fill(this.sentence, errorSentence(error));
      this.go.disabled = false;
    }
  }
}

const CONFIRM = "Confirm the columns that are not read first.";

/**
 * @param {ImportInto} into
 * @param {PossibleImport} preview
 */
function buttonText(into, { added, new_labels: labels, replaced }) {
  if (into === "replace") return `Replace ${plural(replaced, "pair")}`;
  if (!added && labels) return `Add ${plural(labels, "label")}`;
  return `${into === "add" ? "Add" : "Import"} ${plural(added, "pair")}`;
}

/**
 * @param {ImportInto} into
 * @param {string} dataset
 * @param {PossibleImport} preview
 */
function sentenceOf(into, dataset, { summary, human_labels: labels }) {
  if (into === "new") return "Nothing is saved until you import.";
  if (into === "add") return `${dataset}: ${summary}.`;
  const lost = labels ? `, ${plural(labels, "human label")} set aside` : "";
  return `${dataset}: ${summary}${lost}. You can undo this in its history.`;
}
