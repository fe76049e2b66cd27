// Adding pairs by hand: a query with passages that are written, or found in the dataset by BM25.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { toast } from "../lib/toast.js";
import { markWords, setLanguage } from "./text.js";

export const openAddPairs = (A, query = "") => {
  const dataset = A.dataset,
    errors = h("div", { role: "alert" });
  const field = h("input", { class: "rr-field rr-an-wide", dir: "auto", maxlength: 2000 }),
    texts = h("textarea", { class: "rr-field rr-an-wide", rows: 4, dir: "auto" });
  const found = h("div", { class: "rr-an-found" }),
    chosen = new Map();
  const add = button("Add pairs", () => act(), { kind: "primary", disabled: true });
  field.value = query;
  // As in the Playground: between blank lines if there are any, else line by line.
  const written = () => {
    const text = texts.value.replace(/\r/g, "").trim();
    return (/\n\s*\n/.test(text) ? text.split(/\n\s*\n/) : text.split("\n"))
      .map((one) => one.trim())
      .filter(Boolean);
  };
  const count = () => {
    const n = new Set([...chosen.keys(), ...written()]).size;
    add.textContent = n ? `Add ${plural(n, "pair")}` : "Add pairs";
    add.disabled = !n || !field.value.trim();
  };
  let turn = 0;
  const find = async () => {
    const mine = ++turn,
      asked = field.value.trim();
    chosen.clear();
    count();
    if (!asked) {
      fill(found, h("p", { class: "rr-muted" }, "Write the query first."));
      return;
    }
    fill(found, skeleton(3));
    try {
      const told = await A.server.unjudged({ dataset, query: asked });
      if (mine !== turn) return;
      const note = told.known
        ? `${plural(told.known, "passage is", "passages are")} paired with this query already.`
        : "";
      fill(
        found,
        told.passages.length
          ? [
              h("ul", {}, told.passages.map(line)),
              note ? h("p", { class: "rr-faint" }, note) : null,
            ]
          : h(
              "p",
              { class: "rr-muted" },
              `No other passage of the dataset shares a word with this query. ${note}`,
            ),
      );
    } catch (error) {
      if (mine === turn) fill(found, errorBox(error));
    }
  };
  const line = ({ passage, score }) => {
    const box = h("input", { type: "checkbox" }),
      text = h("span", { class: "rr-an-clip rr-grow", dir: "auto" });
    markWords(text, passage.slice(0, 600), field.value);
    setLanguage(text, passage);
    box.addEventListener("change", () => {
      if (box.checked) chosen.set(passage, true);
      else chosen.delete(passage);
      count();
    });
    return h(
      "li",
      {},
      h(
        "label",
        { class: "rr-an-option" },
        box,
        text,
        h("span", { class: "rr-muted", title: "BM25" }, score.toFixed(1)),
      ),
    );
  };
  const act = async () => {
    add.disabled = true;
    errors.replaceChildren();
    try {
      const told = await A.server.add_pairs({
        dataset,
        query: field.value.trim(),
        passages: [...chosen.keys(), ...written()],
      });
      dialog.close();
      if (!told.pairs.length) {
        toast("These pairs are in the dataset already");
        return;
      }
      toast(
        `${plural(told.pairs.length, "pair")} added to ${told.split}${told.known ? `; ${formatInt(told.known)} were there already` : ""}`,
        async () => {
          try {
            await A.server.remove_pairs({ dataset, pairs: told.pairs });
            A.grown();
          } catch (error) {
            A.fault("", error);
          }
        },
      );
      A.grown();
    } catch (error) {
      fill(errors, errorBox(error));
      count();
    }
  };
  let timer = null;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, 400);
    count();
  });
  texts.addEventListener("input", count);
  const dialog = openDialog(
    "Add pairs",
    h("label", {}, h("span", { class: "rr-label" }, "Query"), field),
    h(
      "div",
      { class: "rr-label rr-an-gap" },
      "Passages of the dataset that nobody judged for it, best by BM25",
    ),
    found,
    h(
      "label",
      {},
      h(
        "span",
        { class: "rr-label rr-an-gap" },
        "Or write passages: one a line, or with blank lines between them",
      ),
      texts,
    ),
    errors,
    h(
      "div",
      { class: "rr-row rr-an-foot" },
      add,
      button("Cancel", () => dialog.close(), { kind: "quiet" }),
      h("span", { class: "rr-faint" }, "They join the split of their query and wait for labels."),
    ),
  );
  find();
  (query ? found : field).focus?.();
};
