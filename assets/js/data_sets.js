// The first steps round the loop, and the table of datasets.
"use strict";
RR.data.firstSteps = (node, { datasets, steps }, { server, open, skip }) => {
  const { h } = RR, starter = datasets[0];
  const labels = steps.labels, next = labels >= 10 ? 3 : 2;
  const step = (number, title, text, time) => h("li", { class: number < next ? "done" : number === next ? "next" : "" },
    h("span", { class: "rr-step-mark" }, number < next ? RR.icon("check") : String(number)),
    h("div", { class: "rr-grow" }, h("b", {}, title), h("p", {}, text)), h("span", { class: "rr-muted" }, time));
  const act = next === 3 ? RR.button("Train on the starter set", () => RR.go("train", { dataset: "starter" }), { kind: "primary tall" })
    : RR.button("Label ten pairs", () => RR.go("annotate", { dataset: "starter" }), { kind: "primary tall" });
  act.append(RR.icon("arrow"));
  const rows = h("tbody");
  const card = h("div", { class: "rr-card rr-starter" },
    h("div", { class: "rr-card-head" }, h("b", {}, "starter"), h("span", { class: "rr-muted rr-grow" }, `${RR.plural(starter.pairs, "pair")}, ${RR.percent(starter.positives, starter.labelled, 0)} positive`), RR.link("Open", () => open("starter"))),
    h("table", { class: "rr-table rr-data-preview" }, h("thead", {}, h("tr", {}, h("th", {}, "Query"), h("th", {}, "Passage"), h("th", { class: "chip" }, "Label"))), rows),
    h("div", { class: "rr-card-foot" }, `${RR.int(starter.splits.train)} pairs to train on, ${RR.int(starter.splits.dev + starter.splits.test)} held back to compare with`));
  RR.fill(node, h("div", { class: "rr-first" },
    h("div", { class: "rr-first-words" }, h("h2", {}, "Teach a reranker what relevant means to you"),
      h("p", { class: "rr-lead" }, "Go once round the loop with the starter set: label a few pairs, train, and see the ranking change. It takes about six minutes on this machine and needs no network."),
      h("ol", { class: "rr-steps" },
        step(1, "Look at the starter set", `${RR.plural(starter.pairs, "pair")}, ${RR.plural(starter.queries, "query", "queries")}`, "loaded"),
        step(2, "Label ten pairs", labels ? `${labels} labelled, every label is saved at once` : "Keys 0 and 1; every label is saved at once", "1 min"),
        step(3, "Train", `On ${RR.plural(starter.splits.train, "pair")}, on this machine`, "about 4 min"),
        step(4, "Compare", "Base and tuned side by side, on queries neither has seen", "1 min")),
      h("div", { class: "rr-row" }, act, RR.button("Skip, I know my way", skip, { kind: "quiet" }))),
    card));
  server.page_of_pairs({ dataset: "starter", size: 9 }).then((page) => RR.fill(rows, page.pairs.map((pair) => h("tr", {},
    h("td", { title: pair.query }, RR.data.line(pair.query)), h("td", { title: pair.passage }, RR.data.line(pair.passage)), h("td", {}, RR.data.chip(pair, starter.scale))))), () => {});
};

RR.data.datasetTable = (node, datasets, context) => {
  const { h } = RR, { server, say, open, refresh } = context;
  if (!datasets.length) { RR.fill(node); return; }
  const remove = (dataset) => RR.data.confirm(`Delete ${dataset.name}`, `${RR.plural(dataset.pairs, "pair")} and ${RR.plural(dataset.labelled_by_people, "label")} by people go. Runs that learned from it stay.`, `Delete ${dataset.name}`, async () => {
    try { await server.delete_dataset({ dataset: dataset.name }); RR.toast(`${dataset.name} is deleted`); RR.say("changed"); refresh(); } catch (error) { say(error); }
  });
  const row = (dataset) => {
    const mine = RR.state.dataset === dataset.name, part = dataset.labelled ? dataset.positives / dataset.labelled : 0;
    const more = RR.button("", () => RR.menu(more, [
      { text: "Take in hand", icon: "check", act: () => { RR.set({ dataset: dataset.name }); RR.data.datasetTable(node, datasets, context); } },
      { text: "Annotate", icon: "edit", act: () => RR.go("annotate", { dataset: dataset.name }) },
      { text: "Train on this", icon: "arrow", act: () => RR.go("train", { dataset: dataset.name }) },
      { text: "Export", icon: "download", act: () => RR.data.exportDialog(dataset.name, context) },
      ...(RR.data.mayChange ? ["-", { text: "Delete", icon: "trash", danger: true, act: () => remove(dataset) }] : [])]), { kind: "small icon quiet", icon: "more", label: `More for ${dataset.name}` });
    const exportButton = RR.button("Export", () => RR.data.exportDialog(dataset.name, context), { kind: "small" });
    return h("tr", { class: mine ? "rr-in-hand" : "" },
      h("td", { class: "rr-name" }, h("button", { type: "button", class: "rr-name-link", onclick: () => open(dataset.name), title: dataset.name }, dataset.name), mine && h("span", { class: "rr-tag accent" }, "in hand"),
        h("small", { class: "rr-phone" }, `${RR.plural(dataset.pairs, "pair")} · ${RR.percent(dataset.positives, dataset.labelled)} positive`)),
      h("td", { class: "rr-muted rr-desk" }, RR.data.scaleWord(dataset.scale)), h("td", { class: "rr-num rr-desk" }, RR.int(dataset.pairs)), h("td", { class: "rr-num rr-desk" }, RR.int(dataset.queries)),
      h("td", { class: "rr-desk" }, h("div", { class: "rr-positive" }, h("span", {}, RR.percent(dataset.positives, dataset.labelled)), h("span", { class: "rr-bar", "aria-hidden": "true" }, h("i", { style: `width:${100 * part}%;background:var(--rr-pos)` })))),
      h("td", { class: "rr-num rr-desk" }, RR.int(dataset.labelled_by_people)),
      h("td", { class: "rr-num rr-desk" }, dataset.disputed ? h("span", { class: "rr-disputed" }, h("i"), RR.int(dataset.disputed)) : h("span", { class: "rr-faint" }, "0")),
      h("td", { class: "rr-muted rr-desk" }, RR.ago(dataset.updated_at)),
      h("td", { class: "rr-acts" }, h("div", {}, RR.button("Open", () => open(dataset.name), { kind: "small" }), h("span", { class: "rr-desk" }, exportButton), more)));
  };
  const head = (text, kind = "") => h("th", { class: kind, scope: "col" }, text);
  RR.fill(node, h("div", { class: "rr-section" }, h("h2", {}, "Datasets"), h("span", { class: "rr-muted" }, String(datasets.length))),
    h("div", { class: "rr-card" }, h("table", { class: "rr-table rr-datasets" },
      h("thead", { class: "rr-desk-head" }, h("tr", {}, head("Name"), head("Scale", "rr-desk"), head("Pairs", "rr-num rr-desk"), head("Queries", "rr-num rr-desk"), head("Positive", "rr-desk"), head("Labelled by people", "rr-num rr-desk"), head("Disputed", "rr-num rr-desk"), head("Updated", "rr-desk"), h("th", {}, h("span", { class: "rr-sr" }, "Actions")))),
      h("tbody", {}, datasets.map(row)))));
};
