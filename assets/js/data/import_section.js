// The part of the Data tab that takes files: the field to drop them on, and the rest when one comes.

import { fill, h } from "../lib/dom.js";
import { NOT_LOADED } from "../lib/later.js";
import { toast } from "../lib/toast.js";
import { dropField } from "./import_drop.js";
import { recallToken } from "./import_names.js";

/** The heading and the field for files; the panel of an import takes their place. */
export class ImportSection {
  /**
   * @param {HTMLElement} node
   * @param {DataTab} tab
   */
  constructor(node, tab) {
    this.tab = tab;
    this.heading = h("h2", "Import");
    this.body = h("div");
    /** @type {import("./import.js").ImportPanel | null} */
    this.panel = null;
    /** @type {string[]} */
    this.datasets = [];
    fill(node, h("div.rr-section", this.heading), this.body);
    if (recallToken()) this.withPanel((panel) => panel.follow());
    else fill(this.body, this.field());
  }

  field() {
    return dropField(
      (files) => this.withPanel((panel) => panel.begin(files)),
      (id) => this.withPanel((panel) => panel.beginFromHub(id)),
    );
  }

  /**
   * Call a function with the panel, which is loaded first.
   * @param {(panel: import("./import.js").ImportPanel) => unknown} act
   */
  async withPanel(act) {
    try {
      const { ImportPanel } = await import("./import.js");
      this.panel ??= new ImportPanel(this.body, this.tab, this.datasets);
    } catch {
      toast(NOT_LOADED);
      return;
    }
    act(this.panel);
  }

  /** @param {string} text */
  setTitle(text) {
    this.heading.textContent = text;
  }

  /** @param {string[]} names of the datasets that pairs can be added to */
  setDatasets(names) {
    this.datasets = names;
    this.panel?.setDatasets(names);
  }
}
