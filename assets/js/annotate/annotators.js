// Review: what each annotator has done, and taking back one person's labels from a moment on.

import { button, emptyState, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatAgo, formatInt, plural } from "../lib/format.js";
import { openMenu } from "../lib/menu.js";
import { poll } from "../lib/poll.js";
import { toast } from "../lib/toast.js";
import { formatShare, personMark } from "./agreement.js";

export const annotatorsSection = (A, place) => {
  const box = h("div", { class: "rr-an-report" }, h("div", { class: "rr-card" }, skeleton(6)));
  const midnight = () => new Date().setHours(0, 0, 0, 0) / 1000;
  const day = (at) =>
    new Date((at + 43200) * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const bars = (days, counts, most) =>
    h(
      "span",
      {
        class: "rr-an-days",
        role: "img",
        "aria-label": `${formatInt(counts.at(-1))} today, ${formatInt(counts.reduce((sum, n) => sum + n, 0))} in ${counts.length} days`,
      },
      counts.map((n, at) =>
        h("i", {
          class: n ? "on" : "",
          style: `height:${n ? Math.max(3, (22 * n) / most) : 1}px`,
          title: `${day(days[at])}: ${plural(n, "label")}`,
        }),
      ),
    );
  const COLUMNS = [
    ["Annotator", "who"],
    ["Labels", "rr-num"],
    ["Today", "rr-num"],
    ["14 days", "rr-desk"],
    ["Seconds a label", "rr-num rr-desk"],
    ["With the majority", "rr-num"],
    ["Skips", "rr-num rr-desk"],
    ["Last", "rr-num rr-desk"],
    ["", "do"],
  ];
  const row = (one, days, most) => {
    const more = button(
      "",
      () =>
        openMenu(more, [
          { text: "Take back labels", icon: "undo", danger: true, act: () => takeBack(one.name) },
        ]),
      { kind: "quiet small icon", icon: "more", label: `More about ${one.name}` },
    );
    const agreed = one.majority
      ? [
          formatShare(one.majority.percent, one.majority.interval),
          h("span", { class: "rr-faint rr-desk" }, ` of ${formatInt(one.majority.shared)}`),
        ]
      : h("span", { class: "rr-muted" }, "–");
    return h(
      "tr",
      {},
      h("td", {}, personMark(one.name)),
      h("td", { class: "rr-num" }, formatInt(one.labels)),
      h("td", { class: "rr-num" }, formatInt(one.days.at(-1))),
      h("td", { class: "rr-desk" }, bars(days, one.days, most)),
      h(
        "td",
        { class: "rr-num rr-desk" },
        one.seconds === null
          ? "–"
          : one.seconds < 10
            ? one.seconds.toFixed(1)
            : formatInt(one.seconds),
      ),
      h("td", { class: "rr-num" }, agreed),
      h("td", { class: "rr-num rr-desk" }, formatInt(one.skips)),
      h("td", { class: "rr-num rr-muted rr-desk" }, formatAgo(one.last)),
      h("td", { class: "do" }, A.stream.may.own ? more : null),
    );
  };
  let drawn = "";
  const draw = async () => {
    try {
      const told = await A.server.people({ dataset: A.dataset, midnight: midnight() });
      const takings = A.stream.may.own ? await A.server.takings({ dataset: A.dataset }) : [];
      const now = JSON.stringify([told.days, told.annotators, takings]);
      if (!place.contains(box) || now === drawn || document.querySelector("dialog[open], .rr-menu"))
        return;
      drawn = now;
      if (!told.annotators.length && !takings.length) {
        fill(
          box,
          h(
            "div",
            { class: "rr-card" },
            emptyState("Nobody has labelled yet", "Activity of each annotator appears here."),
          ),
        );
        return;
      }
      const most = Math.max(1, ...told.annotators.flatMap((one) => one.days));
      fill(
        box,
        h(
          "div",
          { class: "rr-card" },
          h(
            "table",
            { class: "rr-table rr-an-people" },
            h(
              "colgroup",
              {},
              COLUMNS.map(([, kind]) => h("col", { class: kind.replace("rr-num", "num") })),
            ),
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                COLUMNS.map(([word, kind]) =>
                  h(
                    "th",
                    { scope: "col", class: kind },
                    word || h("span", { class: "rr-sr" }, "Actions"),
                  ),
                ),
              ),
            ),
            h(
              "tbody",
              {},
              told.annotators.map((one) => row(one, told.days, most)),
            ),
          ),
        ),
        h(
          "p",
          { class: "rr-faint rr-an-under" },
          "With the majority: how often a label is the one that most others gave, on pairs where the others have a majority, with its 95% interval. Seconds are the median of the last 14 days.",
        ),
        takings.length
          ? [
              h("div", { class: "rr-section" }, h("h2", {}, "Taken back")),
              h(
                "div",
                { class: "rr-card" },
                h("table", { class: "rr-table rr-an-takings" }, h("tbody", {}, takings.map(taken))),
              ),
            ]
          : null,
      );
    } catch (error) {
      if (!drawn) fill(box, h("div", { class: "rr-card rr-card-body" }, errorBox(error)));
    }
  };
  const when = (at) =>
    new Date(at * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const taken = (one) => {
    const who = h("b"),
      by = h("span");
    who.textContent = one.annotator;
    by.textContent = one.who;
    return h(
      "tr",
      {},
      h("td", {}, `${plural(one.pairs, "pair")} of `, who, ` since ${when(one.since)}`),
      h("td", { class: "rr-muted rr-desk" }, "by ", by, `, ${formatAgo(one.at)}`),
      h(
        "td",
        { class: "rr-num" },
        one.undone
          ? h("span", { class: "rr-muted" }, "given back")
          : linkButton("Give back", () => giveBack(one.edit)),
      ),
    );
  };
  const giveBack = async (edit) => {
    try {
      const told = await A.server.give_back({ edit });
      toast(
        `${plural(told.pairs, "label")} restored${told.newer ? `; ${formatInt(told.newer)} newer ones stay` : ""}`,
      );
      emit("changed");
      draw();
    } catch (error) {
      A.fault("", error);
    }
  };
  const takeBack = (name) => {
    const pad = (n) => String(n).padStart(2, "0"),
      day = new Date();
    const field = h("input", {
      type: "datetime-local",
      class: "rr-field",
      value: `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}T00:00`,
    });
    const told = h("p", { class: "rr-muted", role: "status" }),
      errors = h("div"),
      who = h("b");
    const go = button("Take back", () => act(), { kind: "danger", disabled: true });
    who.textContent = name;
    let turn = 0;
    const since = () => new Date(field.value).getTime() / 1000;
    const count = async () => {
      const mine = ++turn;
      go.disabled = true;
      errors.replaceChildren();
      if (!field.value) {
        told.textContent = "Choose a day and a time.";
        return;
      }
      try {
        const now = await A.server.labels_since({
          dataset: A.dataset,
          annotator: name,
          since: since(),
        });
        if (mine !== turn) return;
        const n = now.labels + now.skips;
        told.textContent = n
          ? `${plural(now.labels, "label")}${now.skips ? ` and ${plural(now.skips, "skip")}` : ""} since then. Pairs that were labelled before and changed after go back to the former label.`
          : "Nothing was labelled since then.";
        go.textContent = n ? `Take back ${formatInt(n)}` : "Take back";
        go.disabled = !n;
      } catch (error) {
        if (mine === turn) fill(errors, errorBox(error));
      }
    };
    const act = async () => {
      go.disabled = true;
      try {
        const done = await A.server.take_back({
          dataset: A.dataset,
          annotator: name,
          since: since(),
        });
        dialog.close();
        toast(`${plural(done.pairs, "label")} of ${name} taken back`, () => giveBack(done.edit));
        emit("changed");
        A.refresh();
        draw();
      } catch (error) {
        fill(errors, errorBox(error));
        go.disabled = false;
      }
    };
    field.addEventListener("input", count);
    const dialog = openDialog(
      "Take back labels",
      h(
        "p",
        {},
        "From this moment on, every label and skip of ",
        who,
        " is taken back. The pairs wait for labels again, their history keeps every step, and you can give the labels back.",
      ),
      h(
        "div",
        { class: "rr-row rr-an-foot" },
        h("label", {}, h("span", { class: "rr-label" }, "Since"), field),
      ),
      told,
      errors,
      h(
        "div",
        { class: "rr-row rr-an-foot" },
        go,
        button("Cancel", () => dialog.close(), { kind: "quiet" }),
      ),
    );
    count();
  };
  fill(place, box);
  poll(box, 60, draw);
  return { keys: {} };
};
