// The cut-off of a run: precision and recall over its score on the dev split, and what is kept.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { toast } from "../lib/toast.js";

export const openCutoff = (side, server, changed, mayKeep) => {
  const run = side.name,
    body = h("div", { class: "rr-cutoff" }, skeleton(6));
  let goal = side.cutoff?.goal || "f1";
  const dialog = openDialog(`Cut-off of ${side.title}`, body);
  dialog.classList.add("rr-use");
  const between = (one, digits) => `${one.low.toFixed(digits)} to ${one.high.toFixed(digits)}`;
  const range = (one) => `${(100 * one.low).toFixed(0)} to ${(100 * one.high).toFixed(0)}%`;
  const percent = (value) => `${(100 * value).toFixed(1)}%`;
  const svg = (tag, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([key, text]) => node.setAttribute(key, text));
    node.append(...children);
    return node;
  };
  function chart(told) {
    const [width, height, left, bottom] = [600, 210, 36, 26],
      x = (score) => left + score * (width - left - 12),
      y = (value) => 8 + (1 - value) * (height - bottom - 8);
    const path = (at) =>
      `M${told.curve.map((row) => `${x(row[0]).toFixed(1)} ${y(row[at]).toFixed(1)}`).join("L")}`;
    const image = svg("svg", {
      viewBox: `0 0 ${width} ${height}`,
      class: "rr-cut-chart",
      "aria-hidden": "true",
    });
    for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
      image.append(
        svg("line", { x1: left, x2: width - 12, y1: y(tick), y2: y(tick), class: "grid" }),
        svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, tick.toFixed(2)),
        svg("text", { x: x(tick), y: height - 8, "text-anchor": "middle" }, tick.toFixed(2)),
      );
    }
    image.append(
      svg("rect", {
        x: x(told.low),
        y: 8,
        width: Math.max(1, x(told.high) - x(told.low)),
        height: height - bottom - 8,
        class: "band",
      }),
      svg("line", {
        x1: x(told.score),
        x2: x(told.score),
        y1: 8,
        y2: height - bottom,
        class: "cut",
      }),
      svg("path", { d: path(1), class: "precision" }),
      svg("path", { d: path(2), class: "recall" }),
    );
    return image;
  }
  async function draw() {
    let told;
    try {
      told = await server.look_for_cutoff({ run, goal });
    } catch (error) {
      fill(body, goals(null), errorBox(error));
      return;
    }
    const { before, after, method } = told.calibration;
    const tile = (label, value, more) =>
      h(
        "div",
        { class: "rr-cut-tile" },
        h("span", { class: "rr-faint" }, label),
        h("b", {}, value),
        h("span", { class: "rr-faint" }, more),
      );
    const keep = button(
      "Keep with the run",
      () => act("keep_cutoff", `Kept: ${side.title} is cut below ${told.score.toFixed(2)}`),
      { kind: "primary" },
    );
    fill(
      body,
      goals(told),
      chart(told),
      h(
        "p",
        { class: "rr-faint" },
        h("i", { class: "rr-cut-key precision" }),
        " precision   ",
        h("i", { class: "rr-cut-key recall" }),
        ` recall of what scores at least this much, over ${formatInt(told.pairs)} pairs of the dev split, ${formatInt(told.positives)} relevant. The band is the 95% interval of the cut.`,
      ),
      h(
        "div",
        { class: "rr-cut-tiles" },
        tile(
          "Cut below",
          told.score.toFixed(3),
          `${between(told, 3)} · logit ${told.logit.toFixed(2).replace("-", "−")}`,
        ),
        tile("Precision", percent(told.precision.value), range(told.precision)),
        tile("Recall", percent(told.recall.value), range(told.recall)),
        tile("Kept", percent(told.kept), "of the pairs"),
      ),
      h(
        "p",
        {},
        h("b", {}, "Calibrated: "),
        `at the cut ${percent(told.calibrated)} are relevant, by ${method === "platt" ? "Platt's sigmoid" : "isotonic regression"}. Expected calibration error ${percent(before.error)} → ${percent(after.error)}, Brier ${before.brier.toFixed(3)} → ${after.brier.toFixed(3)} on queries left out.`,
      ),
      h(
        "div",
        { class: "rr-row" },
        mayKeep ? keep : null,
        mayKeep && side.cutoff
          ? button("Remove the cut-off", () => act("drop_cutoff", "Removed"), { kind: "quiet" })
          : null,
      ),
      h(
        "p",
        { class: "rr-faint" },
        "Kept in the run's folder; the Playground shows what it would cut. The dev split also chose the checkpoint, so new queries may do slightly worse.",
      ),
    );
  }
  function goals(told) {
    const names = told?.goals || {
      f1: "Best F1",
      "precision:0.9": "Precision at least 90%",
      "recall:0.9": "Recall at least 90%",
    };
    const select = h(
      "select",
      {
        class: "rr-select",
        "aria-label": "Goal",
        onchange: () => {
          goal = select.value;
          draw();
        },
      },
      Object.entries(names).map(([value, text]) => h("option", { value }, text)),
    );
    select.value = goal;
    return h(
      "div",
      { class: "rr-row rr-cut-goal" },
      h("span", { class: "rr-muted" }, "Goal"),
      select,
    );
  }
  async function act(name, said) {
    try {
      await server[name]({ run, goal });
    } catch (error) {
      fill(body, goals(null), errorBox(error));
      return;
    }
    toast(said);
    dialog.close();
    changed();
  }
  draw();
};
