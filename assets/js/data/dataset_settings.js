// The settings of a dataset: its name, its description, and its scale with what becomes of labels.

import { address, setAddress } from "../lib/address.js";
import { button, errorBox } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatInt, plural } from "../lib/format.js";
import { labelsOf, labelWord } from "../lib/scales.js";
import { Refused } from "../lib/server.js";
import { toast } from "../lib/toast.js";
import { undoneSentence } from "./history.js";
import { choiceList, numberField } from "./import_options.js";
import { drawScale } from "./scale_form.js";

const LONGEST = { name: 80, description: 1000 }; // characters

/**
 * Open the settings of a dataset.
 * @param {Dataset} dataset
 * @param {DataTab} tab
 * @param {() => unknown} changed draws the dataset again, where its name is the same
 */
export function openSettings(dataset, tab, changed) {
  new DatasetSettings(dataset, tab, changed);
}

class DatasetSettings {
  /**
   * @param {Dataset} dataset
   * @param {DataTab} tab
   * @param {() => unknown} changed
   */
  constructor(dataset, tab, changed) {
    this.dataset = dataset;
    this.tab = tab;
    this.changed = changed;
    /** @type {Scale} */
    this.scale = dataset.scale;
    /** @type {Record<string, number>} the new label of an old one, where it was chosen */
    this.mapping = {};
    /** @type {number[]} labels without a place on the chosen scale */
    this.open = [];
    this.turn = 0; // the newest look at the scale; answers to older ones are dropped
    this.name = h("input.rr-entry", { value: dataset.name, "aria-label": "Name" });
    this.description = h("textarea.rr-entry", { rows: 2, "aria-label": "Description" });
    this.description.value = dataset.description;
    this.labels = h("div", { "aria-live": "polite" });
    this.fault = h("div", { "aria-live": "polite" });
    const save = button("Save", () => this.save(), { kind: "primary" });
    this.dialog = openDialog(
      `Settings of ${dataset.name}`,
      "wide rr-settings",
      h("label.rr-labelled", h("span", "Name"), this.name),
      h("label.rr-labelled", h("span", "Description"), this.description),
      h("h3", "Labels"),
      this.labels,
      this.fault,
      h(
        "div.rr-row",
        save,
        button("Cancel", () => this.dialog.close(), { kind: "quiet" }),
      ),
    );
    this.preview();
  }

  /** Ask what the chosen scale does with the labels, and show it. */
  async preview() {
    this.turn += 1;
    const { turn, scale, mapping } = this;
    try {
      const payload = { dataset: this.dataset.name, scale, mapping };
      const change = await this.tab.server.preview_scale(payload);
      if (turn !== this.turn) return;
      fill(this.fault);
      this.draw(change);
    } catch (error) {
      if (turn === this.turn) fill(this.fault, errorBox(error));
    }
  }

  /** @param {ScaleChange} change */
  draw(change) {
    const acts = {
      change: (/** @type {Scale} */ scale) => {
        const own = this.dataset.scale;
        const back = scale.kind !== this.scale.kind && scale.kind === own.kind;
        this.scale = back ? own : scale;
        this.mapping = {};
        this.preview();
      },
      rename: (/** @type {string[]} */ names) => {
        this.scale = { ...this.scale, names };
      },
    };
    this.open = change.labels.filter(({ to }) => to === null).map(({ label }) => label);
    const moved = change.labels.filter(({ label, to }) => label !== to || label in this.mapping);
    const [before, after] = change.positives;
    const counts = `${formatInt(before)} positive pairs`;
    const sentence = before === after ? counts : `${counts} now, ${formatInt(after)} then`;
    const focused = document.activeElement?.getAttribute("aria-label");
    fill(
      this.labels,
      drawScale(this.scale, countsOf(this.scale, change), acts),
      moved.length
        ? h(
            "div.rr-moved",
            moved.map((row) => this.movedRow(row)),
          )
        : null,
      h("p.rr-note", sentence),
    );
    const field = focused && this.labels.querySelector(`[aria-label="${CSS.escape(focused)}"]`);
    if (field instanceof HTMLElement) field.focus();
  }

  /**
   * A label that becomes another one, or needs one.
   * @param {ScaleChange["labels"][number]} row
   */
  movedRow({ label, count, to }) {
    const set = (/** @type {number} */ value) => {
      this.mapping[label] = value;
      this.preview();
    };
    const word = `${labelWord(label, this.dataset.scale)} (${plural(count, "label")}) becomes`;
    const labels = labelsOf(this.scale);
    const choices = labels.map((one) => {
      return /** @type {[string, string]} */ ([String(one), labelWord(one, this.scale)]);
    });
    const field = labels.length
      ? choiceList([["", "choose"], ...choices], to?.toString(), (one) => set(Number(one)), word)
      : numberField(word, to, (value) => value !== null && set(value));
    return h("label.rr-map-row", { class: to === null && "open" }, h("span", word), field);
  }

  async save() {
    const { tab, dataset } = this;
    const [name, text] = [this.name.value.trim(), this.description.value.trim()];
    try {
      check(name, "name");
      check(text, "description");
      if (this.open.length) {
        throw new Refused(`Choose a label of the new scale for ${this.open.join(" and ")} first.`);
      }
      const undo = await this.saveScale();
      if (text !== dataset.description) {
        await tab.server.describe_dataset({ dataset: dataset.name, text });
      }
      if (name !== dataset.name) await tab.server.rename_dataset({ dataset: dataset.name, name });
      this.dialog.close();
      toast(`Settings of ${name} are saved`, undo);
      emit("changed");
      this.follow(name);
    } catch (error) {
      fill(this.fault, errorBox(error));
    }
  }

  /** Change the scale if another one was chosen; returns what undoes it. */
  async saveScale() {
    const { dataset, scale, mapping, tab } = this;
    const same = JSON.stringify(clean(scale)) === JSON.stringify(clean(dataset.scale));
    if (same && !Object.keys(mapping).length) return undefined;
    const change = await tab.server.change_scale({ dataset: dataset.name, scale, mapping });
    return async () => {
      try {
        toast(undoneSentence(await tab.server.undo({ edit: change.edit })));
        emit("changed");
        this.changed();
      } catch (error) {
        tab.report(error);
      }
    };
  }

  /**
   * Show the dataset under the name that it has now.
   * @param {string} name
   */
  follow(name) {
    const was = this.dataset.name;
    if (name === was || address.open !== was) this.changed();
    if (name === was) return;
    if (address.dataset === was) setAddress({ dataset: name });
    if (address.open === was) setAddress({ open: name });
  }
}

/**
 * @param {string} text
 * @param {"name" | "description"} what
 */
function check(text, what) {
  if (text.length <= LONGEST[what]) return;
  throw new Refused(`The ${what} has ${text.length} characters; the limit is ${LONGEST[what]}.`);
}

/**
 * How often each label of the new scale will occur.
 * @param {Scale} scale
 * @param {ScaleChange} change
 * @returns {HistogramRow[]}
 */
function countsOf(scale, { labels }) {
  if (scale.kind === "score") return [];
  return labelsOf(scale).map((label) => {
    const counts = labels.filter(({ to }) => to === label).map(({ count }) => count);
    const count = counts.reduce((sum, one) => sum + one, 0);
    return { from: label, to: label, count, outside: false };
  });
}

/** @param {Scale} scale */
function clean({ kind, min = 0, max, relevant_from = null, names = [] }) {
  return { kind, min, max, relevant_from, names: names.some(Boolean) ? names : [] };
}
