// The first steps round the loop, and the table of datasets.

import { address, goTo, setAddress } from "../lib/address.js";
import { button, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatAgo, formatInt, formatPercent, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { openMenu } from "../lib/menu.js";
import { toast } from "../lib/toast.js";
import { openExport } from "./export.js";
import { confirmAction, oneLine, pairChip, rights, scaleName } from "./shared.js";

export const drawFirstSteps = (node, { datasets, steps }, { server, open, skip }) => {
  const starter = datasets[0];
  const labels = steps.labels,
    next = labels >= 10 ? 3 : 2;
  const step = (number, title, text, time) =>
    h(
      "li",
      { class: number < next ? "done" : number === next ? "next" : "" },
      h("span", { class: "rr-step-mark" }, number < next ? icon("check") : String(number)),
      h("div", { class: "rr-grow" }, h("b", {}, title), h("p", {}, text)),
      h("span", { class: "rr-muted" }, time),
    );
  const act =
    next === 3
      ? button("Train on the starter set", () => goTo("train", { dataset: "starter" }), {
          kind: "primary tall",
        })
      : button("Label ten pairs", () => goTo("annotate", { dataset: "starter" }), {
          kind: "primary tall",
        });
  act.append(icon("arrow"));
  const rows = h("tbody");
  const card = h(
    "div",
    { class: "rr-card rr-starter" },
    h(
      "div",
      { class: "rr-card-head" },
      h("b", {}, "starter"),
      h(
        "span",
        { class: "rr-muted rr-grow" },
        `${plural(starter.pairs, "pair")}, ${formatPercent(starter.positives, starter.labelled, 0)} positive`,
      ),
      linkButton("Open", () => open("starter")),
    ),
    h(
      "table",
      { class: "rr-table rr-data-preview" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", {}, "Query"),
          h("th", {}, "Passage"),
          h("th", { class: "chip" }, "Label"),
        ),
      ),
      rows,
    ),
    h(
      "div",
      { class: "rr-card-foot" },
      `${formatInt(starter.splits.train)} pairs to train on, ${formatInt(starter.splits.dev + starter.splits.test)} held back to compare with`,
    ),
  );
  fill(
    node,
    h(
      "div",
      { class: "rr-first" },
      h(
        "div",
        { class: "rr-first-words" },
        h("h2", {}, "Teach a reranker what relevant means to you"),
        h(
          "p",
          { class: "rr-lead" },
          "Try the whole loop on the starter set: label, train, compare. About 6 minutes; works offline.",
        ),
        h(
          "ol",
          { class: "rr-steps" },
          step(
            1,
            "Look at the starter set",
            `${plural(starter.pairs, "pair")}, ${plural(starter.queries, "query", "queries")}`,
            "loaded",
          ),
          step(
            2,
            "Label ten pairs",
            labels
              ? `${labels} labelled, every label is saved at once`
              : "Keys 0 and 1; every label is saved at once",
            "1 min",
          ),
          step(
            3,
            "Train",
            `On ${plural(starter.splits.train, "pair")}, on this machine`,
            "about 4 min",
          ),
          step(4, "Compare", "Base and tuned side by side, on queries neither has seen", "1 min"),
        ),
        h("div", { class: "rr-row" }, act, button("Skip the tour", skip, { kind: "quiet" })),
      ),
      card,
    ),
  );
  server.page_of_pairs({ dataset: "starter", size: 9 }).then(
    (page) =>
      fill(
        rows,
        page.pairs.map((pair) =>
          h(
            "tr",
            {},
            h("td", { title: pair.query }, oneLine(pair.query)),
            h("td", { title: pair.passage }, oneLine(pair.passage)),
            h("td", {}, pairChip(pair, starter.scale)),
          ),
        ),
      ),
    () => {},
  );
};

export const drawDatasets = (node, datasets, context) => {
  const { server, say, open, refresh } = context;
  if (!datasets.length) {
    fill(node);
    return;
  }
  const remove = (dataset) =>
    confirmAction(
      `Delete ${dataset.name}`,
      `This deletes ${plural(dataset.pairs, "pair")} and ${plural(dataset.labelled_by_people, "human label")}. Runs trained on them are kept.`,
      `Delete ${dataset.name}`,
      async () => {
        try {
          await server.delete_dataset({ dataset: dataset.name });
          toast(`${dataset.name} is deleted`);
          emit("changed");
          refresh();
        } catch (error) {
          say(error);
        }
      },
    );
  const row = (dataset) => {
    const mine = address.dataset === dataset.name,
      part = dataset.labelled ? dataset.positives / dataset.labelled : 0;
    const more = button(
      "",
      () =>
        openMenu(more, [
          {
            text: "Make current",
            icon: "check",
            act: () => {
              setAddress({ dataset: dataset.name });
              drawDatasets(node, datasets, context);
            },
          },
          {
            text: "Annotate",
            icon: "edit",
            act: () => goTo("annotate", { dataset: dataset.name }),
          },
          {
            text: "Train on this",
            icon: "arrow",
            act: () => goTo("train", { dataset: dataset.name }),
          },
          { text: "Export", icon: "download", act: () => openExport(dataset.name, context) },
          ...(rights.mayChange
            ? ["-", { text: "Delete", icon: "trash", danger: true, act: () => remove(dataset) }]
            : []),
        ]),
      { kind: "small icon quiet", icon: "more", label: `More for ${dataset.name}` },
    );
    const exportButton = button("Export", () => openExport(dataset.name, context), {
      kind: "small",
    });
    return h(
      "tr",
      { class: mine ? "rr-in-hand" : "" },
      h(
        "td",
        { class: "rr-name" },
        h(
          "button",
          {
            type: "button",
            class: "rr-name-link",
            onclick: () => open(dataset.name),
            title: dataset.name,
          },
          dataset.name,
        ),
        mine && h("span", { class: "rr-tag accent" }, "current"),
        h(
          "small",
          { class: "rr-phone" },
          `${plural(dataset.pairs, "pair")} · ${formatPercent(dataset.positives, dataset.labelled)} positive`,
        ),
      ),
      h("td", { class: "rr-muted rr-desk" }, scaleName(dataset.scale)),
      h("td", { class: "rr-num rr-desk" }, formatInt(dataset.pairs)),
      h("td", { class: "rr-num rr-desk" }, formatInt(dataset.queries)),
      h(
        "td",
        { class: "rr-desk" },
        h(
          "div",
          { class: "rr-positive" },
          h("span", {}, formatPercent(dataset.positives, dataset.labelled)),
          h(
            "span",
            { class: "rr-bar", "aria-hidden": "true" },
            h("i", { style: `width:${100 * part}%;background:var(--rr-pos)` }),
          ),
        ),
      ),
      h("td", { class: "rr-num rr-desk" }, formatInt(dataset.labelled_by_people)),
      h(
        "td",
        { class: "rr-num rr-desk" },
        dataset.disputed
          ? h("span", { class: "rr-disputed" }, h("i"), formatInt(dataset.disputed))
          : h("span", { class: "rr-faint" }, "0"),
      ),
      h("td", { class: "rr-muted rr-desk" }, formatAgo(dataset.updated_at)),
      h(
        "td",
        { class: "rr-acts" },
        h(
          "div",
          {},
          button("Open", () => open(dataset.name), { kind: "small" }),
          h("span", { class: "rr-desk" }, exportButton),
          more,
        ),
      ),
    );
  };
  const head = (text, kind = "") => h("th", { class: kind, scope: "col" }, text);
  fill(
    node,
    h(
      "div",
      { class: "rr-section" },
      h("h2", {}, "Datasets"),
      h("span", { class: "rr-muted" }, String(datasets.length)),
    ),
    h(
      "div",
      { class: "rr-card" },
      h(
        "table",
        { class: "rr-table rr-datasets" },
        h(
          "thead",
          { class: "rr-desk-head" },
          h(
            "tr",
            {},
            head("Name"),
            head("Scale", "rr-desk"),
            head("Pairs", "rr-num rr-desk"),
            head("Queries", "rr-num rr-desk"),
            head("Positive", "rr-desk"),
            head("Human labels", "rr-num rr-desk"),
            head("Disputed", "rr-num rr-desk"),
            head("Updated", "rr-desk"),
            h("th", {}, h("span", { class: "rr-sr" }, "Actions")),
          ),
        ),
        h("tbody", {}, datasets.map(row)),
      ),
    ),
  );
};
