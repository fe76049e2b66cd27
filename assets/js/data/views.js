// The views of an opened dataset beside its pairs: the strip that chooses, guidelines, history.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, plural } from "../lib/format.js";
import { markdownNodes } from "../lib/markdown.js";
import { toast } from "../lib/toast.js";
import { rights } from "./shared.js";

export const viewTabs = (names, choose) => {
  const words = {
    pairs: "Pairs",
    quality: "Quality",
    guidelines: "Guidelines",
    history: "History",
  };
  const badge = h("span", { class: "rr-badge rr-hidden" });
  const buttons = names.map((name) =>
    h(
      "button",
      { type: "button", role: "tab", "data-view": name, onclick: () => choose(name) },
      words[name],
      name === "quality" && badge,
    ),
  );
  const strip = h(
    "div",
    { class: "rr-views", role: "tablist", "aria-label": "Views of this dataset" },
    buttons,
  );
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key],
      at = buttons.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next.click();
    next.focus();
  });
  return {
    strip,
    choose: (name) =>
      buttons.forEach((one) => {
        const on = one.dataset.view === name;
        one.setAttribute("aria-selected", String(on));
        one.tabIndex = on ? 0 : -1;
      }),
    badge: (count, blocks) => {
      badge.textContent = count;
      badge.className = `rr-badge ${blocks ? "blocks" : ""} ${count ? "" : "rr-hidden"}`;
    },
  };
};

export const drawGuidelines = async (node, name, { server }) => {
  fill(node, h("div", { class: "rr-card rr-card-body" }, skeleton(4)));
  let told;
  try {
    told = await server.dataset_guidelines({ dataset: name });
  } catch (error) {
    fill(
      node,
      errorBox(
        error,
        button("Try again", () => drawGuidelines(node, name, { server })),
      ),
    );
    return;
  }
  const body = h("div", { class: "rr-card-body" });
  const read = () =>
    fill(
      body,
      told.text.trim()
        ? h("div", { class: "rr-an-md" }, markdownNodes(told.tree))
        : h(
            "p",
            { class: "rr-muted" },
            "There are none yet. Say what relevant means here, with an example of each label: annotators see it beside every pair.",
          ),
      h(
        "div",
        { class: "rr-row rr-views-foot" },
        told.own &&
          button(told.text.trim() ? "Edit guidelines" : "Write guidelines", write, {
            icon: "edit",
          }),
        h("span", { class: "rr-faint" }, `Version ${told.version}`),
      ),
    );
  const write = () => {
    const field = h("textarea", {
        class: "rr-field",
        rows: 14,
        "aria-label": "Guidelines in Markdown",
      }),
      errors = h("div");
    field.value = told.text;
    const save = async () => {
      try {
        told = {
          ...told,
          ...(await server.write_dataset_guidelines({ dataset: name, text: field.value })),
        };
        read();
      } catch (error) {
        fill(errors, errorBox(error));
      }
    };
    fill(
      body,
      field,
      errors,
      h(
        "div",
        { class: "rr-row rr-views-foot" },
        button("Save guidelines", save, { kind: "primary" }),
        button("Cancel", read, { kind: "quiet" }),
        h(
          "span",
          { class: "rr-faint" },
          "Markdown. Labels remember the version they were given under.",
        ),
      ),
    );
    field.focus();
  };
  fill(
    node,
    h(
      "div",
      { class: "rr-card" },
      h("div", { class: "rr-card-head" }, h("b", {}, "Guidelines")),
      body,
    ),
  );
  read();
};

export const undoneSentence = (done) =>
  done.newer ? `Undone, but for ${plural(done.newer, "pair")} that changed since` : "Undone";

export const drawHistory = async (node, name, { server, say, refreshed }) => {
  const list = h("tbody"),
    foot = h("div", { class: "rr-card-foot rr-hidden" });
  fill(
    node,
    h(
      "div",
      { class: "rr-card" },
      h(
        "table",
        { class: "rr-table rr-history" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { class: "time" }, "When"),
            h("th", { class: "who" }, "Who"),
            h("th", {}, "What"),
            h("th", { class: "act" }, h("span", { class: "rr-sr" }, "Actions")),
          ),
        ),
        list,
      ),
      foot,
    ),
  );
  const row = (line) =>
    h(
      "tr",
      {},
      h(
        "td",
        { class: "rr-muted", title: new Date(line.at * 1000).toLocaleString("en-GB") },
        formatAgo(line.at),
      ),
      h("td", {}, line.who),
      h(
        "td",
        { title: line.text },
        line.text,
        line.pair && h("span", { class: "rr-faint" }, ` pair ${line.pair}`),
      ),
      h(
        "td",
        { class: "rr-acts" },
        line.undoable &&
          rights.mayChange &&
          button(
            "Undo",
            async () => {
              try {
                toast(undoneSentence(await server.undo({ edit: line.id })));
                await refreshed();
                drawHistory(node, name, { server, say, refreshed });
              } catch (error) {
                say(error);
              }
            },
            { kind: "small", icon: "undo" },
          ),
      ),
    );
  const load = async (before) => {
    try {
      const told = await server.dataset_history({ dataset: name, before });
      list.append(...told.lines.map(row));
      if (!list.children.length)
        fill(
          list,
          h("tr", {}, h("td", { colspan: 4, class: "rr-muted" }, "Nothing has happened yet.")),
        );
      foot.classList.toggle("rr-hidden", told.before === null);
      fill(
        foot,
        button("Older", () => load(told.before), { kind: "small" }),
      );
    } catch (error) {
      fill(
        foot,
        errorBox(
          error,
          button("Try again", () => load(before)),
        ),
      );
      foot.classList.remove("rr-hidden");
    }
  };
  await load(null);
};
