// The live chart: Plotly fed by deltas, smoothed here, coloured by the page's own variables.

import { resolveColours } from "../lib/colours.js";
import { listen } from "../lib/events.js";
import { chartNotes } from "./chart_notes.js";
import { firstMetric } from "./dev_metric.js";
import { LOG_AXIS } from "./panels.js";
import { line, smoother } from "./smoothing.js";
import { METRICS, strongestFree } from "./words.js";

const CONFIG = { displayModeBar: false, responsive: true, doubleClick: "reset", showTips: false };
const METRIC_WORDS = Object.fromEntries(METRICS);
const PHASES = /** @type {const} */ (["warm", "train"]);

/** @returns {ChartPoints} */
function noPoints() {
  return { warm: [], train: [], dev: {}, extra: {}, baselines: {} };
}

/** The live chart. */
export class LossChart {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = /** @type {PlotlyBox} */ (box);
    /** @type {PlotlyFigure | null} */
    this.figure = null;
    this.points = noPoints();
    this.weight = 0.6; // of the smoothing
    this.smoothers = this.freshSmoothers();
    /** @type {ComparedRun[]} */
    this.compared = [];
    /** @type {string | null} */
    this.chosen = null; // the metric on dev that the user chose
    this.origin = "base"; // the title of the model that the run started from
    this.bestBy = "auto"; // the dev metric that selects the checkpoint
    /** @type {string | null} */
    this.extra = null;
    this.logarithmic = false;
    this.listens = false;
    listen("theme", () => this.redraw());
  }

  freshSmoothers() {
    return { warm: smoother(this.weight), train: smoother(this.weight) };
  }

  /** Steps of the whole run; null before the first figure. */
  get steps() {
    return this.figure ? this.figure.layout.xaxis.range[1] : null;
  }

  /** The metric on dev that is drawn. */
  get metric() {
    return this.chosen ?? firstMetric(this.points);
  }

  /** @param {string} meta of a trace */
  traceAt(meta) {
    return this.box.data.findIndex((trace) => trace.meta === meta);
  }

  /**
   * Draw a whole figure. The zoom stays if it is the same run's.
   * @param {PlotlyFigure} figure
   * @param {ChartPoints} points
   * @param {ComparedRun[]} [compared]
   * @param {string | null} [extra] what the third panel shows
   */
  async show(figure, points, compared = this.compared, extra = this.extra) {
    Object.assign(this, { figure, points, compared, extra });
    this.smoothers = this.freshSmoothers();
    const traces = [
      ...figure.data.map((trace) => ({ ...trace, ...this.values(trace.meta) })),
      ...compared.flatMap((run) =>
        run.traces.map((trace) => ({ ...trace, ...this.comparedValues(run, trace.meta) })),
      ),
    ];
    const layout = resolveColours(figure.layout);
    this.box.style.height = `${layout.height}px`; // a window that changes its size asks the box
    layout.yaxis2.title = { ...layout.yaxis2.title, text: METRIC_WORDS[this.metric] };
    if (this.logarithmic) Object.assign(layout.yaxis, LOG_AXIS);
    const annotations = resolveColours(chartNotes(this));
    await Plotly.react(this.box, resolveColours(traces), { ...layout, annotations }, CONFIG);
    this.followZoom();
    await this.markBest();
    await this.drawNotes();
  }

  followZoom() {
    if (this.listens) return;
    this.listens = true;
    this.box.on("plotly_relayout", (change) => {
      if (!("annotations" in change)) this.drawNotes();
    });
  }

  /**
   * The x and y of a trace of the run.
   * @param {string} meta
   */
  values(meta) {
    const baseline = this.points.baselines[/** @type {Baseline} */ (meta)]?.[this.metric];
    if (baseline !== undefined) return { y: [baseline, baseline] };
    if (meta === "dev") return line(this.points.dev[this.metric]);
    if (meta === "extra") return line(this.points.extra[/** @type {string} */ (this.extra)]);
    const phase = PHASES.find((name) => name === meta.replace("-raw", ""));
    if (!phase) return {};
    return line(this.points[phase], phase === meta ? this.smoothers[phase] : undefined);
  }

  /**
   * @param {ComparedRun} run
   * @param {string} meta
   */
  comparedValues(run, meta) {
    if (meta === "compared-train") return line(run.points.train, smoother(this.weight));
    return line(run.points.dev[this.metric]);
  }

  /** Draw the line to beat, the best ranker that needs no labels, stronger than the others. */
  async markBest() {
    const best = strongestFree(this.points.baselines, this.metric);
    const rankers = /** @type {Baseline[]} */ (["bm25", "cosine"]);
    const widths = rankers.map((ranker) => (ranker === best ? 2.5 : 1.5));
    const places = rankers.map((ranker) => this.traceAt(ranker));
    await Plotly.restyle(this.box, { "line.width": widths }, places);
  }

  /**
   * Add new points; the rest of the picture is not touched.
   * @param {ChartPoints} delta
   */
  async extend(delta) {
    const { metric } = this;
    const added = [...this.extendLoss(delta), ...this.extendOthers(delta)];
    if (added.length) {
      const [x, y] = [added.map((trace) => trace.x), added.map((trace) => trace.y)];
      const places = added.map(({ meta }) => this.traceAt(meta));
      await Plotly.extendTraces(this.box, { x, y }, places);
    }
    const baselines = /** @type {[Baseline, Record<string, number>][]} */ (
      Object.entries(delta.baselines)
    );
    for (const [ranker, metrics] of baselines) {
      this.points.baselines[ranker] = metrics;
      const value = metrics[this.metric];
      await Plotly.restyle(this.box, { y: [[value, value]] }, [this.traceAt(ranker)]);
    }
    if (baselines.length) await this.markBest();
    if (this.metric !== metric) await this.redraw();
    else if (added.length || baselines.length) await this.drawNotes();
  }

  /** @param {ChartPoints} delta */
  extendLoss(delta) {
    return PHASES.filter((phase) => delta[phase].length).flatMap((phase) => {
      this.points[phase].push(...delta[phase]);
      return [
        { meta: `${phase}-raw`, ...line(delta[phase]) },
        { meta: phase, ...line(delta[phase], this.smoothers[phase]) },
      ];
    });
  }

  /** @param {ChartPoints} delta */
  extendOthers(delta) {
    const drawn = { dev: this.metric, extra: this.extra };
    return /** @type {const} */ (["dev", "extra"]).flatMap((kind) =>
      Object.entries(delta[kind]).flatMap(([name, points]) => {
        this.points[kind][name].push(...points);
        return points.length && name === drawn[kind] ? [{ meta: kind, ...line(points) }] : [];
      }),
    );
  }

  /** @param {number} weight */
  async setSmoothing(weight) {
    this.weight = weight;
    this.smoothers = this.freshSmoothers();
    if (!this.figure) return;
    const lines = PHASES.map((phase) => ({
      at: this.traceAt(phase),
      ...line(this.points[phase], this.smoothers[phase]),
    }));
    let at = this.figure.data.length; // compared runs come after the run's own traces
    for (const run of this.compared) {
      lines.push({ at, ...line(run.points.train, smoother(weight)) });
      at += run.traces.length;
    }
    const changes = { x: lines.map(({ x }) => x), y: lines.map(({ y }) => y) };
    await Plotly.restyle(
      this.box,
      changes,
      lines.map((one) => one.at),
    );
    await this.drawNotes();
  }

  async redraw() {
    if (this.figure) await this.show(this.figure, this.points);
  }

  /** @param {ComparedRun[]} runs */
  async compare(runs) {
    if (this.figure) await this.show(this.figure, this.points, runs);
  }

  /** @param {string} metric on dev */
  setMetric(metric) {
    this.chosen = metric;
    return this.redraw();
  }

  /** @param {boolean} logarithmic */
  setScale(logarithmic) {
    this.logarithmic = logarithmic;
    return this.redraw();
  }

  drawNotes() {
    return Plotly.relayout(this.box, { annotations: resolveColours(chartNotes(this)) });
  }
}
