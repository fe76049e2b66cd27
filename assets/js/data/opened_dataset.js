// One opened dataset: its facts, and its views: pairs, quality, guidelines, history.

import { address, goTo, setAddress } from "../lib/address.js";
import { button, emptyState, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { scaleName } from "../lib/labels.js";
import { openExport, openSettings } from "./dialogs.js";
import { drawGuidelinesView } from "./guidelines.js";
import { drawHistory } from "./history.js";
import { arrivalCard } from "./next_steps.js";
import { PairsPage } from "./pairs.js";
import { QualityView } from "./quality.js";
import { rights } from "./rights.js";
import { drawTiles } from "./tiles.js";
import { viewTabs } from "./view_tabs.js";

/** The header over the views of a dataset, and what is shared between the views. */
export class OpenedDataset {
  /**
   * @param {HTMLElement} node
   * @param {string} name
   * @param {DataTab} tab
   */
  constructor(node, name, tab) {
    this.node = node;
    this.name = name;
    this.tab = tab;
    /** @type {Dataset} set before any view is drawn */
    this.dataset = /** @type {any} */ (null);
    this.tag = h("span.rr-tag");
    this.arrival = h("div");
    const open = () => openSettings(this.dataset, tab, () => this.settled());
    this.settings = button("Settings", open, { kind: "rr-hidden" }); // of those who may change it
    this.description = h("p.rr-lead.rr-description");
    this.tiles = h("dl.rr-card.rr-tiles");
    this.panels = { pairs: h("div"), quality: h("div"), guidelines: h("div"), history: h("div") };
    this.views = viewTabs((view) => this.goToView(view));
    this.pairs = new PairsPage(this);
    this.quality = new QualityView(this.panels.quality, this);
    const { note, bar } = this.pairs;
    const panels = Object.values(this.panels);
    const facts = [this.arrival, this.description, this.tiles];
    fill(node, this.head(), facts, note, this.views.strip, panels, bar.node);
    this.showArrival();
    this.start();
  }

  /** What an import has just brought here, until it is dismissed. */
  showArrival() {
    const { arrival } = this.tab;
    if (arrival?.dataset !== this.name) return;
    const close = () => {
      this.tab.arrival = null;
      fill(this.arrival);
    };
    const check = () => this.goToView("quality");
    fill(this.arrival, arrivalCard(arrival, check, close));
    this.arrival.querySelector("b")?.focus({ preventScroll: true });
  }

  head() {
    const dataset = this.name;
    const path = linkButton("Datasets", () => setAddress({ open: null }));
    const acts = h(
      "span.rr-row.rr-opened-acts",
      button("Annotate", () => goTo("annotate", { dataset }), { kind: "rr-needs-annotator" }),
      button("Train on this", () => goTo("train", { dataset }), { kind: "rr-needs-admin" }),
      button("Export", () => openExport(dataset, this.tab)),
      this.settings,
    );
    const title = h("h2.rr-cut", dataset);
    const grow = h("span.rr-grow");
    return h("div.rr-opened-head", path, h("span.rr-muted", "/"), title, this.tag, grow, acts);
  }

  async start() {
    await this.describe();
    if (!this.dataset) return;
    this.pairs.start();
    this.showView(address.view);
  }

  /** Read and show the facts of the dataset. */
  async describe() {
    const { server, report } = this.tab;
    try {
      const answer = await server.all_datasets();
      Object.assign(rights, { mayChange: answer.may_change, mayLabel: answer.may_label });
      const dataset = answer.datasets.find(({ name }) => name === this.name);
      if (!dataset) {
        this.showMissing();
        return;
      }
      this.dataset = dataset;
    } catch (error) {
      report(error);
      return;
    }
    this.tag.textContent = scaleName(this.dataset.scale);
    this.tag.title = this.dataset.scale.names?.join(", ") ?? "";
    this.description.textContent = this.dataset.description;
    this.settings.classList.toggle("rr-hidden", !rights.mayChange);
    const split = await server.split_receipt({ dataset: this.name }).catch(() => null);
    drawTiles(this.tiles, this.dataset, split, () => this.goToView("quality"));
  }

  showMissing() {
    const back = button("Datasets", () => setAddress({ open: null }), { kind: "primary" });
    const title = `There is no dataset called ${this.name}`;
    fill(this.node, emptyState(title, "It was deleted or renamed.", back));
  }

  /** After a change of the settings. */
  async settled() {
    await this.describe();
    this.pairs.filters.setDataset(this.dataset);
    await this.changed();
  }

  /** After the server was away. */
  refresh() {
    return this.dataset ? this.changed() : this.start();
  }

  /** After a change of pairs or labels. */
  async changed() {
    await this.pairs.load();
    this.describe();
  }

  /** @param {DatasetView} view */
  goToView(view) {
    setAddress({ view: view === "pairs" ? null : view });
  }

  /** @param {string | undefined} name */
  showView(name) {
    if (!this.dataset) return;
    const views = /** @type {DatasetView[]} */ (Object.keys(this.panels));
    const view = views.find((key) => key === name) ?? "pairs";
    this.views.show(view);
    for (const key of views) this.panels[key].classList.toggle("rr-hidden", key !== view);
    this.pairs.bar.draw();
    if (view === "quality") this.quality.show();
    if (view === "history") drawHistory(this.panels.history, this);
    if (view === "guidelines") {
      drawGuidelinesView(this.panels.guidelines, this.name, this.tab.server);
    }
  }

  /**
   * Show the pairs behind a finding.
   * @param {string} finding
   * @param {string} text
   */
  showPairs(finding, text) {
    this.pairs.filterByFinding(finding, text);
    this.goToView("pairs");
  }
}
