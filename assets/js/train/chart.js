// The live chart: Plotly fed by deltas, smoothed here, coloured by the page's own variables.

import { resolveColours } from "../lib/colours.js";
import { listen } from "../lib/events.js";
import { formatInt, formatMetric } from "../lib/format.js";

export const DECADES = [-6, -5, -4, -3, -2, -1, 0, 1, 2].flatMap((power) =>
  [1, 2, 5].map((n) => Number(`${n}e${power}`)),
);

// An exponential mean that forgets at `weight`, corrected for its start from nothing.
export const smoother = (weight) => {
  let sum = 0,
    count = 0;
  return (y) => {
    sum = weight * sum + (1 - weight) * y;
    count += 1;
    return weight ? sum / (1 - weight ** count) : y;
  };
};

// What the third panel may show: its title, and a value in words.
export const EXTRAS = {
  learning_rate: ["Learning rate", (y) => (y ? y.toExponential(1).replace("e-", "e−") : "0")],
  grad_norm: ["Gradient norm", (y) => y.toFixed(2)],
  pairs_per_second: ["Pairs a second", (y) => (y < 20 ? y.toFixed(1) : formatInt(y))],
};

export const lossChart = (box) => {
  let figure = null,
    weight = 0.6,
    told = null,
    compared = [],
    smoothers = {},
    metric = "ndcg@10",
    extra = null,
    log = false;
  const at = (meta) => box.data.findIndex((trace) => trace.meta === meta);
  const fresh = () => ({ warm: smoother(weight), train: smoother(weight) });
  const smoothed = (points, smooth) => ({
    x: points.map(([x]) => x),
    y: points.map(([, y]) => smooth(y)),
  });
  const values = (meta) => {
    if (meta in told.baselines)
      return { y: [told.baselines[meta][metric], told.baselines[meta][metric]] };
    if (meta === "dev") return smoothed(told.dev[metric], (y) => y);
    if (meta === "extra") return smoothed(told.extra[extra], (y) => y);
    const phase = meta.replace("-raw", "");
    return phase in smoothers
      ? smoothed(told[phase], phase === meta ? smoothers[phase] : (y) => y)
      : {};
  };
  const config = { displayModeBar: false, responsive: true, doubleClick: "reset", showTips: false };

  // Draw a whole figure. The zoom stays if it is the same run's.
  const show = async (next, points, runs = compared, third = extra) => {
    figure = next;
    told = points;
    compared = runs;
    extra = third;
    smoothers = fresh();
    const traces = [
      ...figure.data.map((trace) => ({ ...trace, ...values(trace.meta) })),
      ...compared.flatMap((run) =>
        run.traces.map((trace) => ({ ...trace, ...over(run, trace.meta) })),
      ),
    ];
    const layout = resolveColours(figure.layout);
    box.style.height = `${layout.height}px`; // a window that changes its size asks the box
    if (log)
      Object.assign(layout.yaxis, {
        type: "log",
        tickmode: "array",
        tickvals: DECADES,
        ticktext: DECADES.map(String),
      });
    await Plotly.react(
      box,
      resolveColours(traces),
      { ...layout, annotations: resolveColours(notes()) },
      config,
    );
    if (!box.rrListens) {
      box.rrListens = true;
      box.on("plotly_relayout", (change) => {
        if (!("annotations" in change)) label();
      });
    }
    await label();
  };
  const over = (run, meta) =>
    meta === "compared-train"
      ? smoothed(run.points.train, smoother(weight))
      : smoothed(run.points.dev[metric], (y) => y);
  // Lay new points on; the rest of the picture is not touched.
  const extend = async (delta) => {
    const metas = [],
      xs = [],
      ys = [];
    const add = (meta, points) => {
      metas.push(at(meta));
      xs.push(points.x);
      ys.push(points.y);
    };
    for (const phase of ["warm", "train"]) {
      if (!delta[phase].length) continue;
      told[phase].push(...delta[phase]);
      add(
        `${phase}-raw`,
        smoothed(delta[phase], (y) => y),
      );
      add(phase, smoothed(delta[phase], smoothers[phase]));
    }
    for (const kind of ["dev", "extra"])
      for (const [name, points] of Object.entries(delta[kind])) {
        told[kind][name].push(...points);
        if (points.length && name === (kind === "dev" ? metric : extra))
          add(
            kind,
            smoothed(points, (y) => y),
          );
      }
    if (metas.length) await Plotly.extendTraces(box, { x: xs, y: ys }, metas);
    for (const [ranker, found] of Object.entries(delta.baselines)) {
      told.baselines[ranker] = found;
      await Plotly.restyle(box, { y: [[found[metric], found[metric]]] }, [at(ranker)]);
    }
    if (metas.length || Object.keys(delta.baselines).length) await label();
  };
  const smooth = async (next) => {
    weight = next;
    smoothers = fresh();
    if (!figure) return;
    const lines = ["warm", "train"].map((phase) => [
      at(phase),
      smoothed(told[phase], smoothers[phase]),
    ]);
    let place = figure.data.length;
    for (const run of compared) {
      lines.push([place, smoothed(run.points.train, smoother(weight))]);
      place += run.traces.length;
    }
    await Plotly.restyle(
      box,
      { x: lines.map(([, line]) => line.x), y: lines.map(([, line]) => line.y) },
      lines.map(([place_]) => place_),
    );
    await label();
  };
  const compare = (runs) => figure && show(figure, told, runs);
  const again = () => figure && show(figure, told);
  const choose = (name) => {
    metric = name;
    return again();
  };
  const scale = (logarithmic) => {
    log = logarithmic;
    return again();
  };
  listen("theme", again);

  // -- the names and values at the right ends, kept apart
  // A log axis places a label by the logarithm of its value.
  const note = (text, token, axis, y, more = {}) => ({
    text,
    xref: "paper",
    x: 1,
    xanchor: "left",
    xshift: 8,
    yref: axis,
    y: log && axis === "y" ? Math.log10(Math.max(y, 1e-12)) : y,
    yanchor: "middle",
    showarrow: false,
    font: { size: 11, color: `var(--rr-${token})` },
    align: "left",
    ...more,
  });
  const notes = () => {
    const all = [...(figure.layout.annotations || [])],
      end = figure.layout.xaxis.range[1];
    const range = box.layout?.xaxis?.range || [0, end];
    const mine = (axis, points, value, words = formatMetric) => {
      const last = points[points.length - 1];
      if (!last || last[0] < range[0] || last[0] > range[1]) return;
      const inside = (last[0] - range[0]) / (range[1] - range[0]) < 0.9;
      const [x, y] = [last[0], value ?? last[1]];
      all.push(note(`<b>${words(y)}</b>`, "accent-text", axis, y, inside ? { xref: "x", x } : {}));
    };
    const loss = told.train.length ? "train" : "warm",
      line = box.data?.find?.((trace) => trace.meta === loss);
    mine("y", told[loss], line?.y?.length ? line.y[line.y.length - 1] : undefined);
    if (told.dev[metric].length > 1) mine("y2", told.dev[metric]);
    if (extra) mine("y3", told.extra[extra], undefined, EXTRAS[extra][1]);
    for (const [ranker, name, token] of [
      ["base", "base", "base"],
      ["bm25", "BM25", "bm25"],
      ["cosine", "cosine", "barc"],
    ]) {
      const value = told.baselines[ranker]?.[metric];
      if (value !== undefined && value !== null)
        all.push(note(`${name} ${formatMetric(value)}`, token, "y2", value));
    }
    for (const run of compared)
      for (const [line, axis] of [
        [run.points.train, "y"],
        [run.points.dev[metric], "y2"],
      ]) {
        const last = line[line.length - 1];
        if (last) all.push(note(`${run.name} ${formatMetric(last[1])}`, run.token, axis, last[1]));
      }
    return apart(all);
  };
  // Labels in the right margin closer than a line are moved off each other.
  const apart = (all) => {
    for (const [axis, name] of [
      ["y", "yaxis"],
      ["y2", "yaxis2"],
    ]) {
      const full = box._fullLayout?.[name];
      if (!full?.range) continue;
      const pixel = (y) =>
        full._length * (1 - (y - full.range[0]) / (full.range[1] - full.range[0]));
      const column = all
        .filter((one) => one.yref === axis && one.xref === "paper")
        .map((one) => ({ one, at: pixel(one.y) }))
        .sort((a, b) => a.at - b.at);
      const moved = column.map(({ at: top }) => Math.min(Math.max(top, 0), full._length));
      for (let n = 1; n < moved.length; n += 1) moved[n] = Math.max(moved[n], moved[n - 1] + 14);
      for (
        let n = moved.length - 1, limit = full._length + 6;
        n >= 0;
        n -= 1, limit = moved[n + 1] - 14
      )
        moved[n] = Math.min(moved[n], limit);
      column.forEach(({ one, at: top }, n) => {
        one.yshift = top - moved[n];
      });
    }
    return all;
  };
  const label = () => Plotly.relayout(box, { annotations: resolveColours(notes()) });

  return {
    show,
    extend,
    smooth,
    compare,
    choose,
    scale,
    get metric() {
      return metric;
    },
    get points() {
      return told;
    },
    get steps() {
      return figure ? figure.layout.xaxis.range[1] : null;
    },
  };
};
