// The quality report of a dataset: findings that lead to their rows, beside what labels and
// lengths look like.

import { resolveColours } from "../lib/colours.js";
import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, plural } from "../lib/format.js";
import { loadPlotly } from "../lib/plotly.js";
import { labelShade } from "../lib/scales.js";
import { mayPass } from "../lib/server.js";
import { drawFindings } from "./findings.js";
import { qualitySide } from "./quality_side.js";
import { rights } from "./rights.js";

const WHAT_A_CHECK_READS =
  "The check reads every pair: labels, duplicates, leakage between the splits, and how the base model tokenizes the texts. It takes seconds for thousands of pairs and runs in the background.";
const CUTS = [64, 128, 256, 384, 512];

/** The quality report of an opened dataset. */
export class QualityView {
  /**
   * @param {HTMLElement} node
   * @param {import("./opened_dataset.js").OpenedDataset} opened
   */
  constructor(node, opened) {
    this.node = node;
    this.opened = opened;
    this.dataset = opened.name;
    this.drawn = false;
    this.turn = 0; // the newest call; answers to older ones are dropped
    /** @type {string | null} null for the default one */
    this.base = null;
    /** @type {number | null} tokens after which texts are cut; null for the usual */
    this.maxLength = null;
    this.meaning = false; // whether a check compares the meanings of queries too
  }

  get server() {
    return this.opened.tab.server;
  }

  show() {
    if (!this.node.firstChild) fill(this.node, h("div.rr-card.rr-card-body", skeleton(6)));
    return this.read();
  }

  read() {
    const { dataset, base } = this;
    return this.ask(() => this.server.quality_report({ dataset, base }));
  }

  check() {
    const { dataset, base, maxLength, meaning } = this;
    const payload = { dataset, base, max_length: maxLength, meaning };
    return this.ask(() => this.server.check_quality(payload));
  }

  checkMeaning() {
    this.meaning = true;
    return this.check();
  }

  async stop() {
    try {
      await this.server.stop_check({ dataset: this.dataset, base: this.base });
      this.read();
    } catch (error) {
      this.opened.tab.report(error);
    }
  }

  /** @param {() => Promise<QualityState>} call */
  async ask(call) {
    this.turn += 1;
    const turn = this.turn;
    const isCurrent = () => this.node.isConnected && this.turn === turn;
    let state;
    try {
      state = await call();
    } catch (error) {
      const retry = button("Try again", () => this.ask(call));
      const keeps = mayPass(error) && this.drawn;
      if (isCurrent() && !keeps) fill(this.node, errorBox(error, retry));
      return;
    }
    if (!isCurrent()) return;
    this.draw(state);
    this.drawn = true;
    if (state.checking) setTimeout(() => isCurrent() && this.read(), 700);
  }

  /** Put each query into one split. */
  async joinSplits() {
    const { changes } = this.opened.pairs;
    const act = () => this.server.join_sides({ dataset: this.dataset });
    const done = await changes.run(act, (edit) => {
      return `${plural(edit.pairs, "pair")} moved; each query is in one split`;
    });
    if (done) this.check();
  }

  /** @param {QualityState} state */
  draw(state) {
    const { report, failed } = state;
    const findings = report?.findings ?? [];
    const serious = findings.filter(({ severity }) => severity !== "note").length;
    this.opened.views.setBadge(
      serious,
      findings.some(({ severity }) => severity === "blocks"),
    );
    const main = h(
      "div.rr-card.rr-quality-main",
      this.head(state),
      failed && h("div.rr-card-body", errorBox(failed)),
      report
        ? drawFindings(this, report, state.base)
        : h(
            "p.rr-card-body.rr-muted",
            WHAT_A_CHECK_READS,
            !rights.mayChange && " An admin starts it.",
          ),
    );
    fill(
      this.node,
      h(
        "div",
        { class: report && "rr-quality" },
        main,
        report && qualitySide(report, state.hidden, this.scaleOf(report)),
      ),
    );
    if (report) this.drawFigures(state);
  }

  /** @param {QualityState} state */
  head(state) {
    const { report } = state;
    return h(
      "div.rr-card-head.rr-quality-head",
      h("b", "Findings"),
      h("span.rr-muted", report && countSentence(report.findings)),
      h("span.rr-grow"),
      this.baseChoice(state),
      rights.mayChange && report?.lengths && this.lengthChoice(report.lengths.max_length),
      state.checking ? this.progress(state.checking) : this.checkButton(state),
    );
  }

  /** @param {QualityState} state */
  checkButton({ report, stale }) {
    const when = report && formatAgo(report.checked_at);
    const text = stale ? `labels changed since the check ${when}` : `checked ${when}`;
    const word = report ? "Check again" : "Check this dataset";
    const kind = report && !stale ? "" : "primary";
    const check = rights.mayChange && button(word, () => this.check(), { kind });
    return [h("span.rr-muted", report && text), check];
  }

  /** @param {{ phase?: string, part?: number }} progress */
  progress({ phase = "starting", part = 0 }) {
    const text = `${phase} ${Math.round(100 * part)}%`;
    const stop = button("Stop", () => this.stop(), { kind: "small" });
    return [h("span.rr-muted", { role: "status" }, text), stop];
  }

  /** @param {QualityState} state */
  baseChoice({ bases, base }) {
    const isListed = bases.some(([, id]) => id === base);
    const all = isListed ? bases : [...bases, [base, base]];
    const options = all.map(([text, id]) => h("option", { value: id }, text));
    const field = h("select.rr-select", { "aria-label": "Base model" }, options);
    field.value = base;
    field.addEventListener("change", () => {
      this.base = field.value;
      this.read();
    });
    return field;
  }

  /** @param {number} current */
  lengthChoice(current) {
    const cuts = [...new Set([...CUTS, current])].sort((a, b) => a - b);
    const options = cuts.map((cut) => h("option", { value: cut }, `cut at ${cut} tokens`));
    const field = h("select.rr-select", { "aria-label": "Cut at" }, options);
    field.value = String(current);
    field.addEventListener("change", () => {
      this.maxLength = Number(field.value);
      this.check();
    });
    return field;
  }

  /**
   * The scale of the labels when they were checked.
   * @param {QualityReport | null} report
   */
  scaleOf(report) {
    return report?.scale ?? this.opened.dataset.scale;
  }

  /**
   * The trace of a label in the label's colour; its `meta` is [label], null for none.
   * @param {PlotlyFigure["data"][number]} trace
   * @param {Scale} scale
   */
  shaded(trace, scale) {
    const meta = /** @type {unknown} */ (trace.meta);
    if (!Array.isArray(meta)) return trace;
    const color = labelShade(meta[0], scale);
    return { ...trace, marker: { ...trace.marker, color } };
  }

  /** @param {QualityState} state */
  async drawFigures({ report, figures, plotly }) {
    const scale = this.scaleOf(report);
    try {
      await loadPlotly(plotly);
    } catch {
      return; // the numbers stand beside the figures
    }
    for (const box of this.node.querySelectorAll(".rr-figure")) {
      const figure = box instanceof HTMLElement && figures[box.dataset.figure ?? ""];
      if (!figure) continue;
      const config = { displayModeBar: false, responsive: true };
      const traces = figure.data.map((trace) => this.shaded(trace, scale));
      Plotly.react(box, resolveColours(traces), resolveColours(figure.layout), config);
    }
  }
}

/** @param {QualityFinding[]} findings */
function countSentence(findings) {
  const count = (/** @type {Severity} */ severity) =>
    findings.filter((finding) => finding.severity === severity).length;
  const [blocking, warnings, notes] = [count("blocks"), count("look"), count("note")];
  const parts = [
    blocking && `${blocking} blocking`,
    warnings && plural(warnings, "warning"),
    notes && plural(notes, "note"),
  ];
  return parts.filter(Boolean).join(", ") || "none";
}
