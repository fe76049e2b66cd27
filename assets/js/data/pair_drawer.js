// The drawer of a pair: its texts in full, labels, votes, notes, comments and history.

import { CommentThread } from "../lib/comments.js";
import { button, errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, formatInt } from "../lib/format.js";
import { labelChip } from "../lib/labels.js";
import { pairEvents } from "../lib/pair_events.js";
import { table } from "../lib/table.js";
import { pairChip } from "./pair_chip.js";
import { rights } from "./rights.js";
import { openTextEditor } from "./text_editor.js";

/**
 * Open the drawer of a pair.
 * @param {import("./pairs.js").PairsPage} page
 * @param {Pair} pair
 */
export function openPairDrawer(page, pair) {
  new PairDrawer(page, pair).load();
}

class PairDrawer {
  /**
   * @param {import("./pairs.js").PairsPage} page
   * @param {Pair} pair
   */
  constructor(page, pair) {
    this.page = page;
    this.pair = pair;
    this.body = h("div", skeleton(6));
    this.dialog = openDialog(`Pair #${pair.id}`, "rr-drawer", this.body);
  }

  get server() {
    return this.page.opened.tab.server;
  }

  get scale() {
    return this.page.opened.dataset.scale;
  }

  async load() {
    try {
      this.draw(await this.server.pair_details({ pair: this.pair.id }));
    } catch (error) {
      fill(this.body, errorBox(error));
    }
  }

  /** @param {PairDetails} details */
  draw(details) {
    fill(
      this.body,
      this.text("query", "Query"),
      this.text("passage", "Passage"),
      this.facts(details),
      this.votes(details),
      rights.mayLabel && this.talk(),
    );
  }

  /**
   * @param {TextKey} key
   * @param {string} word
   */
  text(key, word) {
    const text = h("div.rr-drawer-text", { dir: "auto" }, this.pair[key]);
    const saved = () => {
      this.dialog.close();
      this.page.changes.focusText(this.pair.id, key);
    };
    const edit = () => openTextEditor(this.page, text, this.pair, key, saved);
    const act = rights.mayChange && button("Edit", edit, { kind: "small quiet", icon: "edit" });
    const head = h("div.rr-row", h("h3.rr-grow", word), act);
    return h("section", { class: key }, head, text);
  }

  /** @param {PairDetails} details */
  facts({ effective, state, imported, decision, split, source, line, extra, gold }) {
    const from = line ? `${source}, line ${formatInt(line)}` : source;
    const chips = imported.map((label) => labelChip(label, this.scale));
    /** @type {[string, Child][]} */
    const lines = [
      ["Label", pairChip({ state, effective }, this.scale)],
      ["Imported label", chips.length ? chips : null],
      ["Decision", decision && this.decided(decision)],
      ["Gold label", gold === null ? null : labelChip(gold, this.scale)],
      ["Split", split],
      ["Source", from],
      ...Object.entries(extra ?? {}).map(
        ([name, value]) => /** @type {[string, Child]} */ ([name, String(value)]),
      ),
    ];
    const shown = lines.filter(([, value]) => value !== null && value !== "");
    const rows = shown.map(([name, value]) => h("div", h("dt", name), h("dd", value)));
    return h("dl.rr-drawer-facts", rows);
  }

  /** @param {NonNullable<PairDetails["decision"]>} decision */
  decided({ label, by, reason, at }) {
    const chip = label === null ? "left out of training" : labelChip(label, this.scale);
    return h("span.rr-row", chip, ` by ${by}, ${formatAgo(at)}`, reason && `: ${reason}`);
  }

  /** @param {PairDetails} details */
  votes({ votes }) {
    const rows = votes.map(({ annotator, label, cannot_tell: unsure, note, at }) =>
      h(
        "tr",
        h("td", annotator),
        h(
          "td",
          label === null ? (unsure ? "can't tell" : "skipped") : labelChip(label, this.scale),
        ),
        h("td.rr-an-wrap", { dir: "auto" }, note),
        h("td.rr-muted", formatAgo(at)),
      ),
    );
    const none = h("p.rr-muted", "No votes yet.");
    const head = ["Annotator", "Label", "Note", "When"];
    return h("section", h("h3", "Votes"), rows.length ? table("rr-table", head, rows) : none);
  }

  talk() {
    const thread = new CommentThread(this.server, this.pair.id);
    const events = h("div", skeleton(2));
    thread.load();
    this.server.pair_history({ pair: this.pair.id }).then(
      (lines) => fill(events, pairEvents(lines, this.scale, 1)),
      (error) => fill(events, errorBox(error)),
    );
    return [
      h("section", h("h3", "Comments"), thread.node),
      h("section", h("h3", "History"), events),
    ];
  }
}
