// Review: how the dataset is labelled, chosen by its owner for everyone.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { toast } from "../lib/toast.js";
import { personMark } from "./agreement.js";
import { openGuidelines } from "./dialogs.js";

export const settingsSection = (A, place) => {
  const box = h("div", { class: "rr-card rr-an-settings" }, skeleton(8)),
    errors = h("div", { role: "alert" });
  const ORDERS = [
    ["unlabelled", "Unlabelled first", "in the order of the file"],
    ["query", "By query", "all candidates of one query below each other"],
    ["random", "Random", "labels stand for the whole dataset"],
    ["disputed", "Disputed", "pairs on which people do not agree yet"],
    [
      "uncertain",
      "Uncertain for a run",
      "its scores nearest 0.5 first; a fifth is drawn at random, so that labels stay usable for evaluation",
    ],
  ];
  const part = (title, ...content) =>
    h("section", { class: "rr-an-setting" }, h("h3", {}, title), h("div", {}, content));
  const draw = (told) => {
    const names = new Set(told.people);
    const orders = ORDERS.map(([value, word, why]) => {
      const input = h("input", { type: "radio", name: "rr-an-order", value });
      input.checked = told.order === value;
      input.disabled = value === "uncertain" && !told.runs.length;
      return [
        input,
        h(
          "label",
          { class: `rr-an-option ${input.disabled ? "off" : ""}` },
          input,
          h(
            "span",
            {},
            h("b", {}, word),
            h("span", { class: "rr-muted" }, ` ${input.disabled ? "no run has a model yet" : why}`),
          ),
        ),
      ];
    });
    const run = h(
      "select",
      { class: "rr-select", "aria-label": "Run" },
      told.runs.map((one) => {
        const option = h("option", { value: String(one.id) });
        option.textContent = one.dataset === A.dataset ? one.name : `${one.name} (${one.dataset})`;
        option.selected = one.id === told.run;
        return option;
      }),
    );
    const uncertain = () => orders.at(-1)[0].checked;
    const showRun = () => run.parentElement.classList.toggle("rr-hidden", !uncertain());
    const overlap = h(
      "select",
      { class: "rr-select", "aria-label": "Labels that each pair wants" },
      Array.from({ length: 9 }, (_, n) => {
        const option = h("option", { value: String(n + 1) }, String(n + 1));
        option.selected = told.overlap === n + 1;
        return option;
      }),
    );
    const blind = h("input", { type: "checkbox" });
    blind.checked = told.blind;
    const chosen = {
      adjudicators: new Set(told.adjudicators),
      test_annotators: new Set(told.test_annotators),
    };
    const tick = (kind, name, word) => {
      const input = h("input", { type: "checkbox", "aria-label": `${name} ${word}` });
      input.checked = chosen[kind].has(name);
      input.addEventListener("change", () =>
        input.checked ? chosen[kind].add(name) : chosen[kind].delete(name),
      );
      return h("td", { class: "tick" }, input);
    };
    const rows = h("tbody"),
      drawRows = () =>
        fill(
          rows,
          [...names].map((name) =>
            h(
              "tr",
              {},
              h("td", {}, personMark(name)),
              tick("adjudicators", name, "decides disputed pairs"),
              tick("test_annotators", name, "is offered test pairs"),
            ),
          ),
        );
    const other = h("input", {
      class: "rr-field",
      maxlength: 80,
      "aria-label": "Name of someone else",
    });
    const addName = () => {
      const name = other.value.trim().replace(/\s+/g, " ");
      if (name) {
        names.add(name);
        other.value = "";
        drawRows();
      }
      other.focus();
    };
    other.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        addName();
      }
    });
    drawRows();
    const guidelines = h("div", { class: "rr-row" });
    const drawGuidelines = () => {
      const now = A.stream.guidelines,
        some = now.text.trim();
      fill(
        guidelines,
        button(
          some ? "Read and edit" : "Write guidelines",
          () => openGuidelines(A).addEventListener("close", drawGuidelines),
          { icon: "edit" },
        ),
        h(
          "span",
          { class: "rr-muted" },
          some
            ? `Version ${now.version}. Each label records the version it was given under.`
            : "None yet. Two or three sentences on what counts as relevant make people agree more.",
        ),
      );
    };
    drawGuidelines();
    const save = button(
      "Save settings",
      async () => {
        save.disabled = true;
        errors.replaceChildren();
        const order = orders.find(([input]) => input.checked)[0].value;
        try {
          await A.server.set_stream({
            dataset: A.dataset,
            order,
            run: order === "uncertain" ? Number(run.value) : null,
            overlap: Number(overlap.value),
            blind: blind.checked,
            adjudicators: [...chosen.adjudicators],
            test_annotators: [...chosen.test_annotators],
          });
          await A.reopen();
          toast("The settings are saved for everyone");
        } catch (error) {
          fill(errors, errorBox(error));
        }
        save.disabled = false;
      },
      { kind: "primary" },
    );
    fill(
      box,
      part(
        "Order",
        h(
          "div",
          { class: "rr-an-options", role: "radiogroup", "aria-label": "Order" },
          orders.map(([, label]) => label),
        ),
        h("div", { class: "rr-row rr-an-run" }, h("span", { class: "rr-muted" }, "Run"), run),
      ),
      part(
        "Labels each pair wants",
        h(
          "div",
          { class: "rr-row" },
          overlap,
          h(
            "span",
            { class: "rr-muted" },
            "With two or more, annotators label the same pairs and agreement can be measured.",
          ),
        ),
      ),
      part(
        "Blind",
        h(
          "label",
          { class: "rr-an-option" },
          blind,
          h(
            "span",
            {},
            h("b", {}, "Hide what others think"),
            h(
              "span",
              { class: "rr-muted" },
              " others’ labels, the label a pair came with, and scores of runs",
            ),
          ),
        ),
      ),
      part(
        "People",
        h(
          "table",
          { class: "rr-table rr-an-rights" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, "Name"),
              h("th", { scope: "col", class: "tick" }, "Decides disputed"),
              h("th", { scope: "col", class: "tick" }, "Offered test pairs"),
            ),
          ),
          rows,
        ),
        h("div", { class: "rr-row" }, other, button("Add name", addName, { kind: "small" })),
        h(
          "p",
          { class: "rr-faint" },
          "An admin decides disputed pairs anyway. Test pairs are sealed for everyone who is not ticked.",
        ),
      ),
      part("Guidelines", guidelines),
      h(
        "div",
        { class: "rr-card-foot" },
        save,
        h("span", {}, "They hold for everyone who labels this dataset."),
        errors,
      ),
    );
    orders.forEach(([input]) => input.addEventListener("change", showRun));
    showRun();
  };
  fill(place, box);
  (async () => {
    try {
      const told = await A.server.stream_settings({ dataset: A.dataset });
      if (place.contains(box)) draw(told);
    } catch (error) {
      fill(box, h("div", { class: "rr-card-body" }, errorBox(error)));
    }
  })();
  return { keys: {} };
};
