// All runs, newest first: how each ended, and base beside tuned.

import { goTo, setAddress } from "../lib/address.js";
import { button, errorBox, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { download } from "../lib/files.js";
import { deltaMark, formatInt, formatMetric } from "../lib/format.js";
import { openMenu } from "../lib/menu.js";
import { isVisible } from "../lib/poll.js";
import { shown } from "./shown.js";
import { runStatus, shortBase } from "./words.js";

export const drawRoom = ({ element, room, server }) => {
  let rows = {},
    order = [],
    total = 0,
    limit = 12,
    drawn = "",
    mark = "",
    pulses = 0;
  const count = h("span", { class: "rr-muted" }),
    body = h("tbody", {}),
    more = h("div", {}),
    fault = h("div", {});
  const heads = [
    ["Name"],
    ["Base model"],
    ["Data"],
    ["Status"],
    ["nDCG@10, base → tuned"],
    ["AP", "rr-num"],
    ["Minutes", "rr-num"],
    [""],
  ];
  const table = h(
    "table",
    { class: "rr-table rr-runs" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map(([word, kind]) =>
          h("th", { scope: "col", class: kind }, word || h("span", { class: "rr-sr" }, "Actions")),
        ),
      ),
    ),
    body,
  );
  const show = () => {
    const now = JSON.stringify([order, shown.compared, shown.run, rows]);
    if (now === drawn) return;
    drawn = now;
    if (!total) {
      fill(room);
      return;
    }
    count.textContent = formatInt(total);
    const values = order
      .flatMap((id) => ["base", "tuned", "bm25", "cosine"].map((ranker) => ndcg(rows[id], ranker)))
      .filter((value) => value !== null);
    const scale = [Math.min(...values) - 0.02, Math.max(...values) + 0.02];
    const focus = document.activeElement?.closest?.("[data-run]") && [
      document.activeElement.closest("[data-run]").dataset.run,
      document.activeElement.textContent,
    ];
    fill(
      body,
      order.map((id) => line(rows[id], scale)),
    );
    if (focus)
      [...body.querySelectorAll(`[data-run="${focus[0]}"] button`)]
        .find((button) => button.textContent === focus[1])
        ?.focus();
    fill(
      more,
      total > order.length
        ? linkButton(`Show all ${formatInt(total)} runs`, () => {
            limit = 1000;
            refresh();
          })
        : null,
    );
    fill(
      room,
      h("div", { class: "rr-section" }, h("h2", {}, "Runs"), count),
      fault,
      h("div", { class: "rr-card rr-runs-card" }, table),
      more,
    );
  };
  const source = (run) => (run.metrics.tuned ? run.metrics : run.dev);
  const ndcg = (run, ranker) => source(run)[ranker]?.["ndcg@10"] ?? null;
  const line = (run, scale) => {
    const ap = source(run).tuned?.average_precision ?? null;
    return h(
      "tr",
      { "data-run": run.id, "aria-selected": run.id === shown.run ? "true" : null },
      h(
        "td",
        { class: "rr-strong rr-run-name" },
        h("button", { type: "button", class: "rr-run-open", onclick: () => open(run) }, run.name),
      ),
      h("td", { class: "rr-run-base", title: run.base }, shortBase(run.base_used || run.base)),
      h("td", { class: "rr-run-data", title: run.dataset }, run.dataset),
      h("td", { class: "rr-run-status" }, runStatus(run)(run.sentence)),
      h("td", { class: "rr-run-change" }, change(run, scale)),
      h("td", { class: "rr-num rr-run-ap" }, formatMetric(ap)),
      h(
        "td",
        { class: "rr-num rr-run-minutes" },
        run.seconds === null ? "–" : (run.seconds / 60).toFixed(1),
      ),
      h("td", { class: "rr-run-actions" }, h("div", { class: "rr-row" }, buttons(run))),
    );
  };
  const change = (run, scale) => {
    const base = ndcg(run, "base"),
      tuned = ndcg(run, "tuned");
    if (base === null && tuned === null) return h("span", { class: "rr-muted" }, "not yet");
    const numbers =
      tuned === null
        ? [h("span", { class: "rr-muted" }, formatMetric(base))]
        : [
            h("span", { class: "rr-muted" }, formatMetric(base)),
            h("span", { class: "rr-faint" }, "→"),
            h("b", {}, formatMetric(tuned)),
            base === null ? null : deltaMark(tuned - base),
          ];
    const others = [
      ["BM25", ndcg(run, "bm25")],
      ["cosine", ndcg(run, "cosine")],
    ].filter(([, value]) => value !== null);
    return [
      h(
        "div",
        {
          class: "rr-change",
          title: run.metrics.tuned ? "on the test split" : "on the dev split so far",
        },
        dumbbell(
          base,
          tuned,
          others.map(([, value]) => value),
          scale,
        ),
        ...numbers,
        run.metrics.tuned ? null : h("span", { class: "rr-faint" }, "dev"),
      ),
      others.length
        ? h(
            "div",
            { class: "rr-run-others" },
            others.map(([name, value]) => `${name} ${formatMetric(value)}`).join(" · "),
          )
        : null,
    ];
  };
  const dumbbell = (base, tuned, others, [low, high]) => {
    const ns = "http://www.w3.org/2000/svg",
      svg = document.createElementNS(ns, "svg"),
      x = (value) => 6 + (72 * (value - low)) / Math.max(high - low, 0.001);
    const add = (tag, attributes) => {
      const node = document.createElementNS(ns, tag);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      svg.append(node);
    };
    svg.setAttribute("viewBox", "0 0 84 12");
    svg.setAttribute(
      "class",
      `rr-dumbbell ${tuned !== null && base !== null && tuned < base ? "fell" : ""}`,
    );
    svg.setAttribute("aria-hidden", "true");
    add("line", { x1: 2, x2: 82, y1: 6, y2: 6, class: "rail" });
    for (const value of others)
      add("line", { x1: x(value), x2: x(value), y1: 2, y2: 10, class: "rail" }); // BM25 and cosine: a fresh base is no baseline
    if (base !== null && tuned !== null)
      add("line", { x1: x(base), x2: x(tuned), y1: 6, y2: 6, class: "span" });
    if (base !== null) add("circle", { cx: x(base), cy: 6, r: 3.5, class: "hollow" });
    if (tuned !== null) add("circle", { cx: x(tuned), cy: 6, r: 3.5, class: "full" });
    return svg;
  };
  const open = (run) => {
    setAddress({ run: run.id });
    document.getElementById("rr-train")?.scrollIntoView({ block: "start" });
    show();
  };
  const buttons = (run) => {
    const small = { kind: "small" },
      live = run.status === "running" || run.status === "queued",
      kept = run.status === "finished" || run.status === "stopped";
    const compare = {
      text: shown.compared?.includes(run.id) ? "Remove" : "Compare",
      act: () => emit("compare", run.id),
    };
    const visible = [
      run.status !== "queued" && button("Open", () => open(run), { kind: "small rr-wide" }),
      live && run.status === "queued" && button("Cancel", () => act(run, "cancel"), small),
      kept &&
        button("Continue", () => emit("refill", { run: run.id, how: "continue" }), {
          kind: "small rr-wide",
          title: "Train this model on, with a fresh optimizer",
        }),
      kept && compares(run) && button(compare.text, compare.act, small),
      run.status === "lost" && button("Resume", () => act(run, "resume"), small),
      !live &&
        !kept &&
        run.status !== "lost" &&
        button("Run again", () => act(run, "again"), small),
    ];
    const dots = button("", () => openMenu(dots, menu(run, live, kept, dots)), {
      kind: "quiet small icon",
      icon: "more",
      label: `More for ${run.name}`,
    });
    dots.setAttribute("aria-haspopup", "menu");
    return [...visible, dots];
  };
  const compares = (run) => run.id !== shown.run || shown.compared?.includes(run.id); // a run is not laid over itself
  const menu = (run, live, kept, dots) =>
    [
      { text: "Open", icon: "right", act: () => open(run) },
      kept && {
        text: "Open in Playground",
        icon: "search",
        act: () => goTo("playground", { b: run.id }),
      },
      kept && {
        text: "Continue training",
        icon: "arrow",
        act: () => emit("refill", { run: run.id, how: "continue" }),
      },
      run.resumable && {
        text: "Resume from its checkpoint",
        icon: "arrow",
        act: () => act(run, "resume"),
      },
      {
        text: "Use its recipe",
        icon: "edit",
        act: () => emit("refill", { run: run.id, how: "recipe" }),
      },
      run.metrics.tuned && {
        text: "Download the model",
        icon: "download",
        act: () => download(`runs/${run.id}/model.zip`),
      },
      !live && { text: "Run again", icon: "undo", act: () => act(run, "again") },
      run.status !== "queued" &&
        compares(run) && {
          text: shown.compared?.includes(run.id) ? "Remove from the chart" : "Compare in the chart",
          icon: "plus",
          act: () => emit("compare", run.id),
        },
      run.status === "running" && {
        text: "Stop and save",
        icon: "stopped",
        act: () => act(run, "keep"),
      },
      live && { text: "Cancel", icon: "cross", danger: true, act: () => act(run, "cancel") },
      !live && "-",
      !live && {
        text: "Delete …",
        icon: "trash",
        danger: true,
        act: () =>
          openMenu(dots, [
            {
              text: `Delete ${run.name}: its model, events and frozen pairs`,
              icon: "trash",
              danger: true,
              act: () => act(run, "delete"),
            },
            { text: "Keep it", act: () => {} },
          ]),
      },
    ].filter(Boolean);
  const act = async (run, what) => {
    try {
      const next = await server.act({ run: run.id, what });
      fill(fault);
      if (what === "again") setAddress({ run: next.id });
      emit("changed");
      await refresh();
    } catch (error) {
      fill(fault, errorBox(error));
    }
  };
  const refresh = async () => {
    const have = Object.fromEntries(order.map((id) => [id, rows[id].mark]));
    const answer = await server.rows({ have, limit });
    rows = Object.fromEntries(answer.order.map((id) => [id, answer.rows[id] || rows[id]]));
    ({ order, total } = answer);
    show();
  };
  listen("runs", () => {
    drawn = "";
    refresh();
  });
  listen("drawn", show);
  // The header tells when a run came, went or changed its status; steps in between are worth less.
  listen("pulse", async (now) => {
    if (!isVisible(element)) return;
    if (now.mark === mark) {
      if (!now.running) return;
      pulses += 1;
      if (pulses % 3) return;
    }
    try {
      await refresh();
      mark = now.mark;
    } catch {
      /* asked again by the next pulse */
    }
  });
};
