import { address, goTo, setAddress } from "../lib/address.js";
import { button, emptyState, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { formatClock, formatInt, formatMetric } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { loadPlotly } from "../lib/plotly.js";
import { isVisible, poll, pollRate } from "../lib/poll.js";
import { Refused } from "../lib/server.js";
import { EXTRAS, lossChart } from "./chart.js";
import { runFiles } from "./files.js";
import { runResults } from "./results.js";
import { shown } from "./shown.js";
import { METRICS, runStatus, shortBase } from "./words.js";

export const drawRoom = ({ element, room, props, server, trigger, watch }) => {
  let run = null,
    since = 0,
    turn = 0,
    busy = false,
    seen = 0,
    rest = 0,
    compared = [];
  const title = h("h2", {}),
    status = h("div", {}),
    about = h("span", { class: "rr-muted rr-cut rr-grow" }),
    actions = h("div", { class: "rr-row rr-live-actions" });
  const said = h("div", { class: "rr-live-said" });
  const bar = h("i"),
    warm = h("b"),
    track = h("div", { class: "rr-bar rr-live-bar" }, bar, warm),
    facts = h("div", { class: "rr-live-facts" });
  const slider = h("input", {
    type: "range",
    min: 0,
    max: 0.99,
    step: 0.01,
    value: 0.6,
    "aria-label": "Smoothing of the training loss",
    oninput: () => chart.smooth(Number(slider.value)),
  });
  const plot = h("div", { class: "rr-chart", "aria-hidden": "true" }),
    first = h("div", { class: "rr-chart-first" });
  const lossTitle = h("div", { class: "rr-panel-title" }),
    devTitle = h("div", { class: "rr-panel-title second" }),
    extraTitle = h("div", { class: "rr-panel-title second" });
  const option = (value, word) => h("option", { value }, word);
  const metric = h(
    "select",
    {
      class: "rr-select small",
      "aria-label": "Metric on dev",
      onchange: async () => {
        await chart.choose(metric.value);
        legends();
        table();
      },
    },
    METRICS.map(([name, word]) => option(name, `${word} on dev`)),
  );
  const third = h(
    "select",
    { class: "rr-select small", "aria-label": "Third panel", onchange: () => again() },
    option("", "No third panel"),
    Object.entries(EXTRAS).map(([name, [word]]) => option(name, word)),
  );
  const log = h(
    "button",
    {
      type: "button",
      class: "rr-button small",
      "aria-pressed": "false",
      title: "Logarithmic scale of the loss",
      onclick: async () => {
        const on = log.getAttribute("aria-pressed") !== "true";
        log.setAttribute("aria-pressed", String(on));
        await chart.scale(on);
      },
    },
    "Log scale",
  );
  third.value = window.innerWidth < 640 ? "" : "learning_rate";
  const results = runResults(server),
    files = runFiles(server),
    reader = h("p", { class: "rr-sr" });
  const values = h(
    "details",
    { class: "rr-values" },
    h("summary", {}, "Values as a table"),
    h("div", {}),
  );
  const chart = lossChart(plot);
  const card = h(
    "article",
    { class: "rr-card rr-live", "aria-label": "Current run" },
    h(
      "div",
      { class: "rr-card-head" },
      h("div", { class: "rr-live-name" }, title, status, about),
      actions,
    ),
    said,
    h(
      "div",
      { class: "rr-live-progress" },
      track,
      h(
        "div",
        { class: "rr-live-line" },
        facts,
        h(
          "div",
          { class: "rr-live-tools" },
          h("label", { class: "rr-live-smooth" }, "Smoothing", slider),
          log,
          metric,
          third,
        ),
      ),
    ),
    results.box,
    h("div", { class: "rr-live-chart" }, lossTitle, plot, devTitle, extraTitle, first),
    reader,
    values,
    files.box,
  );
  const panel = () => (room.clientWidth < 640 ? 160 : 190);

  const choose = (id) => {
    setAddress({ run: id });
  };
  const again = () => {
    since = 0;
    turn += 1;
    refresh();
  };
  listen("run", () => {
    run = null;
    again();
  });
  listen("refill", (asked) => {
    trigger("refill", asked);
    document.getElementById("rr-new-run")?.scrollIntoView({ block: "nearest" });
  });

  const refresh = async () => {
    if (busy) return;
    busy = true;
    const mine = turn;
    try {
      const answer = await server.follow({
        run: address.run || null,
        drawn: run?.id,
        steps: chart.steps,
        since,
        panel: panel(),
        extra: third.value || null,
      });
      if (mine !== turn) return;
      if (!answer.run) {
        fill(
          room,
          h(
            "div",
            { class: "rr-card" },
            emptyState(
              "No run yet",
              "Choose data and a base model, then press Start. Loss and nDCG@10 are drawn here while it runs. You can reload or close the page.",
            ),
          ),
        );
        return;
      }
      if (card.parentNode !== room) fill(room, card);
      run = answer.run;
      if (shown.run !== run.id) {
        shown.run = run.id;
        emit("drawn");
      }
      head();
      state();
      await draw(answer);
      since = answer.next;
      table();
      const kept = await results.refresh(run, files.waits);
      if (mine === turn) files.show(run, kept);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (address.run) setAddress({ run: null }, { back: false }); // it was deleted
    } finally {
      busy = false;
      if (mine !== turn) refresh();
    }
  };
  const draw = async (answer) => {
    await loadPlotly(answer.plotly);
    if (answer.figure)
      await chart.show(answer.figure, answer.points, compared, third.value || null);
    else await chart.extend(answer.points);
    legends();
    const points = chart.points,
      none = !points.warm.length && !points.train.length;
    first.textContent = !none
      ? ""
      : run.status === "queued"
        ? "Starts when the run before it has ended"
        : run.status === "running"
          ? "First values after about 10 s"
          : "This run ended before its first value";
  };

  // -- the words above the chart
  const head = () => {
    title.textContent = run.name;
    const phase =
      run.status === "running" && run.phase === "warm_start" && run.warm_steps
        ? "Running, warm start"
        : run.status === "running"
          ? "Running"
          : run.status === "queued"
            ? "Waiting"
            : {
                finished: "Finished",
                stopped: "Stopped (model saved)",
                cancelled: "Cancelled",
                failed: "Failed",
                lost: "Lost",
              }[run.status];
    fill(status, runStatus(run)(phase));
    about.textContent = [
      run.dataset,
      run.parent ? `continued from run ${run.parent}` : shortBase(run.base_used || run.base),
      run.recipe.name,
    ].join(", ");
    about.title = `${run.dataset}, ${run.base}, ${run.recipe.name}`;
    const lines = [];
    if (run.status === "failed" || run.status === "lost")
      lines.push(
        errorBox(
          run.sentence,
          ...((run.status === "lost" && !run.damage) || run.resumable
            ? [button("Resume", () => act("resume"))]
            : []),
          button("Run again", () => act("again")),
        ),
      );
    else if (run.damage) lines.push(errorBox(run.damage));
    if (run.verdict)
      lines.push(
        run.verdict.startsWith("Tuned is worse")
          ? h("div", { class: "rr-worse", role: "alert" }, icon("octagon"), h("p", {}, run.verdict))
          : h("p", { class: "rr-notice" }, icon("warn"), run.verdict),
      );
    for (const notice of run.notices)
      lines.push(h("p", { class: "rr-notice" }, icon("warn"), h("span", {}, notice)));
    const key = lines.map((line) => line.textContent).join("|");
    if (said.dataset.key !== key) {
      said.dataset.key = key;
      fill(said, lines);
    }
    buttons();
  };
  const buttons = () => {
    const key = `${run.id} ${run.status} ${run.stopping}`;
    if (actions.dataset.key === key) return;
    actions.dataset.key = key;
    const live = run.status === "running" || run.status === "queued";
    if (live && run.stopping)
      fill(
        actions,
        h(
          "span",
          { class: "rr-muted" },
          run.stopping === "keep" ? "Stopping after this step" : "Cancelling",
        ),
        run.stopping === "keep"
          ? button("Cancel", () => act("cancel"), { kind: "quiet danger" })
          : button("Cancel again", () => act("cancel"), { kind: "quiet danger" }),
      );
    else if (live)
      fill(
        actions,
        run.status === "running" && button("Stop and save", () => act("keep")),
        button("Cancel", () => act("cancel"), { kind: "quiet danger" }),
      );
    else if (run.status === "finished" || run.status === "stopped")
      fill(
        actions,
        button("Open in Playground", () => goTo("playground", { b: run.id })),
        button("Continue training", () => emit("refill", { run: run.id, how: "continue" }), {
          title: "Train this model on, with a fresh optimizer",
        }),
        run.resumable &&
          button("Resume", () => act("resume"), { title: "Resume from its last checkpoint" }),
        button("Run again", () => act("again"), { kind: "quiet" }),
      );
    else fill(actions);
  };
  const act = async (what) => {
    try {
      const next = await server.act({ run: run.id, what });
      if (next && next.id !== run.id) choose(next.id);
      else refresh();
      emit("changed");
      emit("runs");
    } catch (error) {
      fill(said, errorBox(error));
      said.dataset.key = "";
    }
  };
  const state = () => {
    const live = run.status === "running",
      whole = run.status === "finished";
    bar.style.width = `${whole ? 100 : run.steps ? (100 * run.step) / run.steps : 0}%`;
    warm.style.left =
      run.steps && run.warm_steps ? `${(100 * run.warm_steps) / run.steps}%` : "-9px";
    const fact = (value, word) => h("span", {}, h("b", {}, value), ` ${word}`);
    fill(
      facts,
      run.steps
        ? fact(formatInt(run.step), `of ${formatInt(run.steps)} steps`)
        : h(
            "span",
            {},
            run.status === "queued"
              ? "Waiting for its turn"
              : live
                ? "Reading data and base model"
                : "No step was taken",
          ),
      live && run.pairs_per_second && fact(formatInt(run.pairs_per_second), "pairs/s"),
      run.seconds !== null && fact(formatClock(run.seconds), live ? "elapsed" : "total"),
      live && run.left !== null && fact(formatClock(run.left), "left"),
      !live && run.precision && h("span", {}, `${run.precision}, ${run.device}`),
    );
    const best = Math.max(...(chart.points?.dev["ndcg@10"] || []).map(([, y]) => y));
    reader.textContent = `${run.name}: ${run.sentence.replace(/\.$/, "")}${live && run.steps ? ` of ${formatInt(run.steps)}` : ""}. ${run.loss === null ? "" : `Loss ${formatMetric(run.loss)}. `}${Number.isFinite(best) ? `Best nDCG@10 on dev ${formatMetric(best)}, base ${formatMetric(run.dev.base?.["ndcg@10"])}.` : ""}`;
  };
  const legends = () => {
    const key = (kind, text) => h("span", { class: "rr-key-line" }, h("i", { class: kind }), text);
    fill(
      lossTitle,
      h("b", {}, "Training loss"),
      h("span", { class: "rr-grow" }),
      run.warm_steps ? key("warm", "warm start") : null,
      key("accent", "smoothed"),
      key("raw", "raw"),
      compared.map((one) => key(one.token === "base" ? "warm" : one.token, one.name)),
    );
    fill(
      devTitle,
      h("b", {}, metric.selectedOptions[0].textContent),
      h("span", { class: "rr-grow" }),
      key("accent", run.name),
      compared.map((one) => key(one.token === "base" ? "warm" : one.token, one.name)),
      key("base", "base"),
      key("bm25", "BM25"),
      key("cosine", "cosine"),
    );
    fill(extraTitle, third.value ? h("b", {}, EXTRAS[third.value][0]) : null);
    const second = 28 + 8 + panel() + 12; // below the first title, margin and panel
    devTitle.style.top = `${second}px`;
    extraTitle.style.top = `${second + panel() + 44}px`;
  };

  const table = () => {
    if (!values.open) return;
    fill(
      values.lastChild,
      h(
        "table",
        { class: "rr-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            [
              "Step",
              metric.selectedOptions[0].textContent,
              "Loss",
              "Learning rate",
              "Gradient norm",
              "Pairs a second",
            ].map((word) => h("th", { scope: "col" }, word)),
          ),
        ),
        h(
          "tbody",
          {},
          chart.points.dev[metric.value].map(([x, y]) => {
            const near = (line) => line.filter(([step]) => step <= x).pop()?.[1];
            const loss = near([...chart.points.warm, ...chart.points.train]);
            return h(
              "tr",
              {},
              h("td", {}, formatInt(x)),
              h("td", {}, formatMetric(y)),
              h("td", {}, formatMetric(loss)),
              Object.entries(EXTRAS).map(([name, [, words]]) => {
                const value = near(chart.points.extra[name]);
                return h("td", {}, value === undefined ? "–" : words(value));
              }),
            );
          }),
        ),
      ),
    );
  };
  values.addEventListener("toggle", () => run && table());

  // -- past runs laid over
  listen("compare", async (id) => {
    const without = compared.filter((one) => one.id !== id);
    if (without.length < compared.length) compared = without;
    else {
      const free = [0, 1, 2].find((number) => !compared.some((one) => one.number === number)) ?? 0;
      compared = [
        ...compared.filter((one) => one.number !== free),
        await server.compared({ run: id, number: free }),
      ];
    }
    shown.compared = compared.map((one) => one.id);
    emit("runs");
    if (run) {
      await chart.compare(compared);
      legends();
    }
  });

  // -- started from the form; shown; polled
  const started = () => {
    const value = JSON.parse(props.value || "{}");
    if (value.run) {
      choose(value.run);
      emit("changed");
      emit("runs");
      room.scrollIntoView({ block: "nearest" });
    }
  };
  watch("value", started);
  poll(element, 1, async () => {
    if (Date.now() - seen > 3000) trigger("shown", {}); // the tab was opened: what the form offers may have changed
    seen = Date.now();
    const over = run && !["queued", "running"].includes(run.status);
    rest = (rest + 1) % (over ? Math.max(4, pollRate.seconds) : pollRate.seconds);
    if (!rest) await refresh();
  });
  let wide = panel();
  window.addEventListener("resize", () => {
    if (panel() !== wide && isVisible(element)) {
      wide = panel();
      again();
    }
  });
};
