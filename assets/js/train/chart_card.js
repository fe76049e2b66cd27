// The chart of the run with its titles, legends, controls, and its values as a table.

import { fill, h } from "../lib/dom.js";
import { LossChart } from "./chart.js";
import { unscoredSentence } from "./dev_metric.js";
import { EXTRAS } from "./panels.js";
import { ValueTable } from "./value_table.js";
import { METRICS, strongestFree } from "./words.js";

const PHONE = 640; // pixels

/** The chart with its controls. */
export class ChartCard {
  /** @param {import("./widget.js").CurrentRun} current */
  constructor(current) {
    this.current = current;
    const box = h("div.rr-chart", { "aria-hidden": "true" });
    this.plot = new LossChart(box);
    this.metric = this.metricChoice();
    this.third = this.extraChoice();
    this.table = new ValueTable(this.plot, () => this.metricWord);
    this.titles = {
      loss: h("div.rr-panel-title"),
      dev: h("div.rr-panel-title.second"),
      extra: h("div.rr-panel-title.second"),
    };
    this.first = h("div.rr-chart-first"); // in the place of the first value
    this.unscored = h("div.rr-chart-first"); // in the second panel, where it has no values
    const { loss, dev, extra } = this.titles;
    this.node = h("div.rr-live-chart", loss, box, dev, extra, this.first, this.unscored);
  }

  get extra() {
    return this.third.value || null;
  }

  get metricWord() {
    return this.metric.selectedOptions[0]?.textContent ?? "";
  }

  /** The height of one panel, in pixels. */
  get panel() {
    return window.innerWidth < PHONE ? 160 : 190; // the widget may not be laid out yet
  }

  metricChoice() {
    const options = METRICS.map(([value, word]) => h("option", { value }, `${word} on dev`));
    const field = h("select.rr-select.small", { "aria-label": "Metric on dev" }, options);
    field.addEventListener("change", async () => {
      await this.plot.setMetric(field.value);
      this.redraw();
    });
    return field;
  }

  extraChoice() {
    const none = h("option", { value: "" }, "No third panel");
    const extras = Object.entries(EXTRAS);
    const options = extras.map(([value, { title }]) => h("option", { value }, title));
    const field = h("select.rr-select.small", { "aria-label": "Third panel" }, none, options);
    field.value = window.innerWidth < PHONE ? "" : "learning_rate";
    field.addEventListener("change", () => this.current.restart());
    return field;
  }

  logToggle() {
    const title = "Logarithmic scale of the loss";
    const properties = { type: "button", "aria-pressed": "false", title };
    const toggle = h("button.rr-button.small", properties, "Log scale");
    toggle.addEventListener("click", () => {
      const on = toggle.getAttribute("aria-pressed") !== "true";
      toggle.setAttribute("aria-pressed", String(on));
      this.plot.setScale(on);
    });
    return toggle;
  }

  /** @param {HTMLElement} facts that stand before them */
  tools(facts) {
    const label = { "aria-label": "Smoothing of the training loss" };
    const range = { type: "range", min: 0, max: 0.99, step: 0.01, value: 0.6 };
    const slider = h("input", { ...range, ...label });
    slider.addEventListener("input", () => this.plot.setSmoothing(Number(slider.value)));
    const smoothing = h("label.rr-live-smooth", "Smoothing", slider);
    const tools = h("div.rr-live-tools", smoothing, this.logToggle(), this.metric, this.third);
    return h("div.rr-live-line", facts, tools);
  }

  /** Draw the panels again where the widget changes between phone and desktop. @param {() => boolean} visible */
  followWidth(visible) {
    let { panel } = this;
    window.addEventListener("resize", () => {
      if (this.panel === panel || !visible()) return;
      panel = this.panel;
      this.current.restart();
    });
  }

  redraw() {
    if (this.current.run) this.draw(this.current.run);
  }

  /** @param {Run} run */
  draw(run) {
    const { points, metric } = this.plot;
    const empty = !points.warm.length && !points.train.length;
    this.first.textContent = empty ? firstSentence(run) : "";
    this.unscored.textContent = unscoredSentence(points, metric);
    this.node.classList.toggle("rr-chart-empty", empty);
    this.metric.value = metric;
    this.drawTitles(run);
    this.table.draw();
  }

  /** @param {Run} run */
  drawTitles(run) {
    const key = (/** @type {string} */ kind, /** @type {string} */ text) =>
      h("span.rr-key-line", h("i", { class: kind }), text);
    const compared = () =>
      this.current.compared.runs.map(({ token, name }) =>
        key(token === "base" ? "warm" : token, name),
      );
    const grow = () => h("span.rr-grow");
    const { loss, dev, extra } = this.titles;
    const warm = run.warm_steps ? key("warm", "warm start") : null;
    const own = [warm, key("accent", "smoothed"), key("raw", "raw")];
    fill(loss, h("b", "Training loss"), grow(), own, compared());
    const best = strongestFree(this.plot.points.baselines, this.plot.metric);
    const free = (/** @type {Baseline} */ ranker, /** @type {string} */ word) =>
      key(ranker, ranker === best ? `${word}, best free` : word);
    const origin = key("base", run.origin.title);
    const baselines = [origin, free("bm25", "BM25"), free("cosine", "cosine")];
    fill(dev, h("b", this.metricWord), grow(), key("accent", run.name), compared(), baselines);
    fill(extra, this.extra ? h("b", EXTRAS[this.extra].title) : null);
    const second = 28 + 8 + this.panel + 12; // below the first title, margin and panel
    dev.style.top = `${second}px`;
    this.unscored.style.top = `${second + 20 + this.panel / 2}px`;
    extra.style.top = `${second + this.panel + 44}px`;
  }
}

/** @param {Run} run without a value */
function firstSentence({ status, sentence }) {
  if (status === "queued") return sentence;
  return status === "running"
    ? "First values after about 10 s"
    : "This run ended before its first value";
}
