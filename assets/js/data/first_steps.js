// The first steps of a new user: look, label, train, compare, on the starter set.

import { goTo } from "../lib/address.js";
import { button, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { listen } from "../lib/events.js";
import { formatInt, formatPercent, oneLine, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { pairChip } from "./pair_chip.js";

const LEAD =
  "Try the whole loop on the starter set: label, train, compare. About 6 minutes; works offline.";
const ENOUGH = 10; // labels before training
/** @type {Record<number, [word: string, tab: string]>} by the number of the next step */
const NEXT = {
  2: ["Label ten pairs", "annotate"],
  3: ["Train on the starter set", "train"],
  4: ["Compare base and tuned", "playground"],
};
const training = { live: false };
listen("pulse", (pulse) => {
  training.live = !!pulse.running;
});

/** @param {Datasets["steps"]} steps */
function nextStep({ labels, runs }) {
  if (runs && !training.live) return 4;
  return training.live || labels >= ENOUGH ? 3 : 2;
}

/**
 * Draw the first steps of a new user.
 * @param {HTMLElement} node
 * @param {Datasets} answer
 * @param {DataTab} tab
 */
export function drawFirstSteps(node, { datasets, steps }, tab) {
  const starter = datasets[0];
  const next = nextStep(steps);
  const [word, name] = NEXT[next];
  const go = () => {
    if (name === "playground") tab.skip(); // the last step
    goTo(name, { dataset: "starter" });
  };
  const act = button(word, go, { kind: "primary tall" });
  act.append(icon("arrow"));
  const skip = button("Skip the tour", tab.skip, { kind: "quiet" });
  const words = h(
    "div.rr-first-words",
    h("h2", "Teach a reranker what relevant means to you"),
    h("p.rr-lead", LEAD),
    h("ol.rr-steps", stepList(starter, steps, next)),
    h("div.rr-row", act, skip),
  );
  fill(node, h("div.rr-first", words, starterCard(starter, tab)));
}

/**
 * @param {Dataset} starter
 * @param {Datasets["steps"]} done
 * @param {number} next the number of the next step
 */
function stepList(starter, { labels, runs }, next) {
  const queries = plural(starter.queries, "query", "queries");
  const labelled = labels
    ? `${labels} labelled, each saved at once`
    : "Keys 0 and 1; each label is saved immediately";
  const steps = [
    ["Look at the starter set", `${plural(starter.pairs, "pair")}, ${queries}`, "loaded"],
    ["Label ten pairs", labelled, "1 min"],
    [
      "Train",
      `On ${plural(starter.labelled_splits.train, "pair")}, on this computer`,
      "about 4 min",
    ],
    ["Compare", "Base and tuned side by side, on queries neither has seen", "1 min"],
  ];
  const done = [true, labels >= ENOUGH, runs > 0, false];
  return steps.map(([title, text, time], at) => {
    const number = at + 1;
    const mark = h("span.rr-step-mark", done[at] ? icon("check") : String(number));
    const kind = number === next ? "next" : done[at] && "done";
    const body = h("div.rr-grow", h("b", title), h("p", text));
    return h("li", { class: kind }, mark, body, h("span.rr-muted", time));
  });
}

/**
 * @param {Dataset} starter
 * @param {DataTab} tab
 */
function starterCard(starter, tab) {
  const positive = formatPercent(starter.positives, starter.labelled, 0);
  const facts = `${plural(starter.pairs, "pair")}, ${positive} positive`;
  const { train, dev, test } = starter.labelled_splits;
  const foot = `${formatInt(train)} labelled pairs to train on, ${formatInt(dev + test)} held out to compare with`;
  const rows = h("tbody");
  const head = h("tr", h("th", "Query"), h("th", "Passage"), h("th.chip", "Label"));
  fillPreview(rows, starter, tab);
  return h(
    "div.rr-card.rr-starter",
    h(
      "div.rr-card-head",
      h("b", "starter"),
      h("span.rr-muted.rr-grow", facts),
      linkButton("Open", () => tab.open("starter")),
    ),
    h("table.rr-table.rr-data-preview", h("thead", head), rows),
    h("div.rr-card-foot", foot),
  );
}

/**
 * @param {HTMLElement} rows
 * @param {Dataset} starter
 * @param {DataTab} tab
 */
async function fillPreview(rows, starter, { server }) {
  try {
    const page = await server.page_of_pairs({ dataset: starter.name, size: 9 });
    const lines = page.pairs.map((pair) =>
      h(
        "tr",
        h("td", { title: pair.query }, oneLine(pair.query)),
        h("td", { title: pair.passage }, oneLine(pair.passage)),
        h("td", pairChip(pair, starter.scale)),
      ),
    );
    fill(rows, lines);
  } catch {
    // the steps work without the preview
  }
}
