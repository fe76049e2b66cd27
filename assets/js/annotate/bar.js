// Above the stream: its order, what is offered, the way to review, and whether everything is saved.

import { button, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { openMenu } from "../lib/menu.js";
import { openAddPairs } from "./adding.js";
import { openGuidelines, openStreamKeys } from "./dialogs.js";
import { openPairHistory } from "./history.js";

export const streamBar = (A) => {
  const ORDERS = [
    ["unlabelled", "unlabelled first"],
    ["query", "by query"],
    ["random", "random"],
    ["disputed", "disputed"],
  ];
  const left = h("div", { class: "rr-an-left" }),
    right = h("div", { class: "rr-an-right" });
  const state = h("span", { class: "rr-an-state", role: "status" }),
    heard = h("div", { class: "rr-sr", "aria-live": "polite" });
  const count = h("span", { class: "rr-an-count" }),
    bar = h("div", { class: "rr-bar" }, h("i"));
  const phone = h("div", { class: "rr-an-phone" }, count);
  const node = h(
    "div",
    { class: "rr-an-bar" },
    phone,
    left,
    h("div", { class: "rr-grow" }),
    right,
    state,
    bar,
    heard,
  );
  let told = "";
  const choose = (order) => A.choose({ order });

  const word = (order) =>
    order === "uncertain"
      ? `uncertain for ${A.stream.order_run?.name ?? "a run"}`
      : (ORDERS.find(([name]) => name === order)?.[1] ?? order);
  const sections = () => [
    ["disputed", "Disputed"],
    ["agreement", "Agreement"],
    ["annotators", "Annotators"],
    ...(A.stream.may.own ? [["settings", "Settings"]] : []),
  ];
  const runs = async (anchor) => {
    // the runs that could say what they are uncertain about
    try {
      const told = await A.server.stream_settings({ dataset: A.dataset });
      if (!told.runs.length) {
        A.tell("No run has a model yet that could be uncertain. Train one, then come back.");
        return;
      }
      openMenu(
        anchor,
        told.runs.slice(0, 12).map((run) => ({
          text: run.name,
          more: run.dataset === A.dataset ? "" : run.dataset,
          icon: A.order === "uncertain" && A.stream.order_run?.id === run.id ? "check" : undefined,
          act: () => A.setOrder("uncertain", run.id),
        })),
      );
    } catch (error) {
      A.fault("", error);
    }
  };
  A.menu = (anchor) => [
    ...(A.stream.may.own
      ? [
          ...ORDERS.map(([order, text]) => ({
            text: `Order: ${text}`,
            icon: A.order === order ? "check" : undefined,
            act: () => A.setOrder(order),
          })),
          {
            text: "Order: uncertain for a run",
            icon: A.order === "uncertain" ? "check" : undefined,
            act: () => runs(anchor),
          },
          "-",
        ]
      : []),
    ...(A.stream.came_labelled && A.stream.came_unlabelled
      ? [
          {
            text: A.imported
              ? "Leave out pairs that came with a label"
              : "Also pairs that came with a label",
            act: () => A.choose({ imported: !A.imported }),
          },
        ]
      : []),
    ...(A.progress?.disputed && !A.stream.may.decide
      ? [
          {
            text: "Disputed pairs",
            more: formatInt(A.progress.disputed),
            icon: "disputed",
            act: () => choose("disputed"),
          },
        ]
      : []),
    ...(A.stream.may.decide
      ? [
          {
            text: "Review",
            more: A.progress?.disputed ? `${formatInt(A.progress.disputed)} disputed` : "",
            icon: "people",
            act: () => A.enterReview(first()),
          },
        ]
      : []),
    { text: "History of this pair", icon: "clock", act: () => openPairHistory(A) },
    { text: "Guidelines", icon: "info", act: () => openGuidelines(A) },
    { text: "All keys", act: () => openStreamKeys(A) },
  ];
  const first = () => (A.progress && !A.progress.disputed ? "agreement" : "disputed");

  let drawn = null; // what the controls were drawn from: they keep the focus while it is the same
  const drawControls = () => {
    const now = JSON.stringify([
      A.dataset,
      A.review?.name,
      A.stream?.order,
      A.stream?.order_run,
      A.order,
      A.imported,
      A.progress?.disputed,
      A.scoring,
    ]);
    if (now === drawn) return;
    drawn = now;
    const again = left.contains(document.activeElement) ? document.activeElement.textContent : null;
    drawOrders();
    drawRight();
    if (again)
      [...left.querySelectorAll("button")].find((button) => button.textContent === again)?.focus();
  };
  const drawCount = () => {
    const now = A.progress;
    fill(
      count,
      now && !A.review
        ? [
            h("b", {}, formatInt(now.done)),
            ` of ${formatInt(now.total)} · ${formatInt(now.today)} today`,
          ]
        : null,
    );
    bar.firstChild.style.width = now?.total ? `${(100 * now.done) / now.total}%` : "0";
  };
  const segment = (label, parts) =>
    h(
      "div",
      { class: "rr-segment", role: "group", "aria-label": label },
      parts.map(([on, text, act, more]) => {
        const button = h(
          "button",
          { type: "button", "aria-pressed": String(on), onclick: () => act(button) },
          text,
          more ? h("b", { class: "rr-an-n" }, more) : null,
        );
        return button;
      }),
    );
  const drawOrders = () => {
    if (A.review) {
      fill(
        left,
        button("Back to labelling", () => A.leaveReview(), { kind: "quiet", icon: "left" }),
        segment(
          "Review",
          sections().map(([name, text]) => [
            A.review.name === name,
            text,
            () => {
              if (A.review.name !== name) {
                A.leaveReview();
                A.enterReview(name);
              }
            },
            name === "disputed" && A.progress?.disputed ? formatInt(A.progress.disputed) : null,
          ]),
        ),
      );
      return;
    }
    if (!A.stream?.may.label) {
      left.replaceChildren();
      return;
    }
    const personal = A.order !== A.stream.order; // skipped or disputed pairs, by one's own choice
    const disputed =
      A.progress?.disputed && !A.stream.may.decide && !personal
        ? linkButton(`${plural(A.progress.disputed, "disputed pair")}`, () => choose("disputed"))
        : null;
    const orders = personal
      ? [
          h("span", {}, h("span", { class: "rr-muted" }, "Only "), `${A.order} pairs`),
          linkButton(`Back to ${word(A.stream.order)}`, () => choose(A.stream.order)),
        ]
      : A.stream.may.own
        ? [
            h("span", { class: "rr-muted" }, "Order"),
            segment("Order", [
              ...ORDERS.map(([order, text]) => [A.order === order, text, () => A.setOrder(order)]),
              [
                A.order === "uncertain",
                A.order === "uncertain" ? word("uncertain") : "uncertain for a run",
                runs,
              ],
            ]),
          ]
        : [h("span", {}, h("span", { class: "rr-muted" }, "Order: "), word(A.order)), disputed];
    const box = h("input", { type: "checkbox" });
    box.checked = A.imported;
    box.addEventListener("change", () => A.choose({ imported: box.checked }));
    const both = A.stream.came_labelled && A.stream.came_unlabelled;
    fill(
      left,
      orders,
      both ? h("label", { class: "rr-an-check" }, box, "Also pairs that came with a label") : null,
      drawScoring(),
    );
  };
  const drawScoring = () => {
    const now = A.scoring;
    if (!now || (!now.running && !now.refused)) return null;
    if (now.refused) return h("span", { class: "rr-notice" }, icon("warn"), now.refused);
    return h(
      "span",
      { class: "rr-muted" },
      now.wanted
        ? `${now.run.name} has scored ${formatInt(now.scored)} of ${formatInt(now.wanted)}`
        : `${now.run.name} begins to score`,
    );
  };
  const drawRight = () => {
    const disputed = A.progress?.disputed;
    if (!A.stream?.may.decide) {
      right.replaceChildren();
      return;
    }
    if (A.review) {
      fill(
        right,
        A.stream.may.own ? button("Add pairs", () => openAddPairs(A), { icon: "plus" }) : null,
      );
      return;
    }
    fill(
      right,
      h(
        "button",
        {
          type: "button",
          class: `rr-button ${disputed ? "rr-an-todisputed" : ""}`,
          onclick: () => A.enterReview(first()),
        },
        disputed
          ? [h("i"), "Review", h("b", { title: "disputed pairs" }, formatInt(disputed))]
          : [icon("people"), "Review"],
      ),
    );
  };
  return {
    node,
    count: drawCount,
    focus: () => {
      if (!node.contains(document.activeElement))
        left.querySelector('[aria-pressed="true"]')?.focus();
    }, // what was pressed is gone
    say: (text) => {
      heard.textContent = "";
      setTimeout(() => {
        heard.textContent = text;
      }, 50);
    }, // said twice is heard twice
    draw: (outbox) => {
      drawControls();
      drawCount();
      node.classList.toggle("review", !!A.review);
      if (outbox) draw(outbox);
      else state.replaceChildren();
    },
    state: (outbox) => draw(outbox),
  };
  function draw(outbox) {
    const n = outbox.count();
    const [kind, shape, text] = !n
      ? ["saved", "check", "Saved"]
      : outbox.offline
        ? ["offline", "offline", `Offline, ${formatInt(n)} kept here`]
        : ["waiting", "upload", `${formatInt(n)} waiting`];
    if (text === told) return;
    // A save that is on its way for a moment is not worth telling.
    const tell = () => {
      told = text;
      state.className = `rr-an-state ${kind}`;
      fill(state, icon(shape), text);
    };
    clearTimeout(draw.timer);
    if (kind === "waiting" && told === "Saved")
      draw.timer = setTimeout(() => {
        if (outbox.count()) draw2(outbox);
      }, 300);
    else tell();
  }
  function draw2(outbox) {
    told = "";
    const n = outbox.count();
    if (n && !outbox.offline) {
      told = `${formatInt(n)} waiting`;
      state.className = "rr-an-state waiting";
      fill(state, icon("upload"), told);
    } else draw(outbox);
  }
};
