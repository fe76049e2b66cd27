// Names and values at the right ends of the lines, kept apart.

import { formatMetric } from "../lib/format.js";
import { EXTRAS } from "./panels.js";
import { METRICS } from "./words.js";

/** @typedef {import("./chart.js").LossChart} LossChart */
/** @typedef {import("./smoothing.js").Point} Point */

const LINE_HEIGHT = 14; // pixels
const LONGEST = 8; // characters of a name beside a line
/** @type {[ranker: Baseline, name: string, colour: string][]} */
const BASELINES = [
  ["base", "", "base"],
  ["bm25", "BM25", "bm25"],
  ["cosine", "cosine", "barc"],
];

/**
 * Every annotation of the chart.
 * @param {LossChart} chart
 */
export function chartNotes(chart) {
  const { figure, points, metric, compared, origin } = chart;
  if (!figure) return [];
  /** @type {ChartNote[]} */
  const notes = [...(figure.layout.annotations || []), ...ownNotes(chart), ...bestNote(chart)];
  for (const [ranker, word, colour] of BASELINES) {
    const name = word || shortened(origin);
    const value = points.baselines[ranker]?.[metric];
    if (value === undefined || value === null) continue;
    notes.push(note(chart, `${name} ${formatMetric(value)}`, colour, "y2", value));
  }
  for (const run of compared) {
    const lines = /** @type {[Point[], string][]} */ ([
      [run.points.train, "y"],
      [run.points.dev[metric], "y2"],
    ]);
    for (const [line, axis] of lines) {
      const last = line.at(-1);
      if (!last) continue;
      notes.push(note(chart, `${run.name} ${formatMetric(last[1])}`, run.token, axis, last[1]));
    }
  }
  return moveApart(notes, chart.box);
}

/**
 * The newest values of the run itself.
 * @param {LossChart} chart
 */
function ownNotes(chart) {
  const { points, metric, extra, box } = chart;
  const loss = points.train.length ? "train" : "warm";
  const smooth = box.data?.find((trace) => trace.meta === loss)?.y?.at(-1);
  const dev = points.dev[metric] ?? [];
  return [
    newest(chart, "y", points[loss], { value: smooth }),
    dev.length > 1 ? newest(chart, "y2", dev) : null,
    extra && newest(chart, "y3", points.extra[extra], { format: EXTRAS[extra].format }),
  ].filter((one) => !!one);
}

/**
 * A name that fits into the margin with its value.
 * @param {string} name
 */
function shortened(name) {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
}

/**
 * A mark at the checkpoint whose weights are kept: the best so far by the recipe's metric.
 * @param {LossChart} chart
 * @returns {ChartNote[]}
 */
function bestNote({ points, metric, bestBy, steps }) {
  const step = bestStep(points.dev, bestBy);
  const place = points.dev[metric]?.find(([x]) => x === step);
  if (!place) return [];
  const [x, y] = place;
  const xanchor = steps && x > 0.9 * steps ? "right" : "center";
  return [
    {
      ...{
        text: bestWord(points.dev, metric, bestBy),
        xref: "x",
        yref: "y2",
        x,
        y,
        xanchor,
        yanchor: "top",
      },
      ...{ showarrow: true, arrowhead: 0, arrowwidth: 1, arrowcolor: "var(--rr-accent-text)" },
      ...{ ax: 0, ay: 24, standoff: 5, font: { size: 11, color: "var(--rr-accent-text)" } },
      bgcolor: "var(--rr-panel)", // baselines may cross it
    },
  ];
}

/**
 * The step with the highest value of the metric that decides; null where the last weights are kept.
 * @param {Record<string, Point[]>} dev
 * @param {string} by of the recipe
 */
export function bestStep(dev, by) {
  const name = decider(dev, by);
  const points = name ? dev[name].filter(([x]) => x > 0) : [];
  if (points.length < 2) return null;
  return points.reduce((best, point) => (point[1] > best[1] ? point : best))[0];
}

/**
 * The metric on dev that decides; undefined where the last weights are kept.
 * @param {Record<string, Point[]>} dev
 * @param {string} by of the recipe
 */
function decider(dev, by) {
  if (by === "last") return undefined;
  const first = by === "auto" ? "average_precision" : by;
  return [first, "average_precision", "ndcg@10"].find((metric) => dev[metric]?.length);
}

/**
 * What the mark says: also by which metric, where another one is shown.
 * @param {Record<string, Point[]>} dev
 * @param {string} shown metric
 * @param {string} by of the recipe
 */
export function bestWord(dev, shown, by) {
  const name = decider(dev, by);
  const word = METRICS.find(([metric]) => metric === name)?.[1];
  return word && name !== shown ? `best checkpoint by ${word}` : "best checkpoint";
}

/**
 * The newest value of a line, beside its end; null where the zoom does not show it.
 * @param {LossChart} chart
 * @param {string} axis
 * @param {Point[]} points
 * @param {{ value?: number, format?: (value: number) => string }} [options]
 */
function newest(chart, axis, points, { value, format = formatMetric } = {}) {
  const last = points.at(-1);
  const [low, high] = chart.box.layout?.xaxis?.range || [0, chart.steps];
  if (!last || last[0] < low || last[0] > high) return null;
  const [x, y] = [last[0], value ?? last[1]];
  const inside = (x - low) / (high - low) < 0.9;
  const place = inside ? { xref: "x", x } : {};
  return { ...note(chart, `<b>${format(y)}</b>`, "accent-text", axis, y), ...place };
}

/**
 * @param {LossChart} chart
 * @param {string} text
 * @param {string} colour the name of a CSS variable
 * @param {string} axis
 * @param {number} y
 * @returns {ChartNote}
 */
function note(chart, text, colour, axis, y) {
  // A logarithmic axis places a note by the logarithm of its value.
  const log = chart.logarithmic && axis === "y";
  return {
    text,
    xref: "paper",
    x: 1,
    xanchor: "left",
    xshift: 8,
    yref: axis,
    y: log ? Math.log10(Math.max(y, 1e-12)) : y,
    yanchor: "middle",
    showarrow: false,
    font: { size: 11, color: `var(--rr-${colour})` },
    align: "left",
  };
}

/**
 * Move notes in the right margin apart that are closer than a line.
 * @param {ChartNote[]} notes
 * @param {PlotlyBox} box
 */
function moveApart(notes, box) {
  for (const [axis, name] of /** @type {const} */ ([
    ["y", "yaxis"],
    ["y2", "yaxis2"],
  ])) {
    const full = box._fullLayout?.[name];
    if (!full?.range) continue;
    const [bottom, top] = full.range;
    const column = notes
      .filter((one) => one.yref === axis && one.xref === "paper")
      .map((one) => ({ one, at: full._length * (1 - (one.y - bottom) / (top - bottom)) }))
      .sort((a, b) => a.at - b.at);
    const places = spread(
      column.map(({ at }) => at),
      full._length,
    );
    column.forEach(({ one, at }, n) => {
      one.yshift = at - places[n];
    });
  }
  return notes;
}

/**
 * Places at least a line apart, as near to the wanted ones as the axis allows.
 * @param {number[]} preferred in pixels from the top, sorted
 * @param {number} length of the axis
 */
export function spread(preferred, length) {
  const places = preferred.map((place) => Math.min(Math.max(place, 0), length));
  for (let n = 1; n < places.length; n += 1) {
    places[n] = Math.max(places[n], places[n - 1] + LINE_HEIGHT);
  }
  let limit = length + 6;
  for (let n = places.length - 1; n >= 0; n -= 1) {
    places[n] = Math.min(places[n], limit);
    limit = places[n] - LINE_HEIGHT;
  }
  return places;
}
