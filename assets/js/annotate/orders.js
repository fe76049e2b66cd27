// The order in which pairs come: the owner's for everyone, or one's own for skipped and disputed.

import { linkButton, notice } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { withMenu } from "../lib/menu.js";
import { uncertaintyRuns } from "./run_menu.js";

/** @typedef {import("./session.js").Session} Session */
/**
 * @typedef {object} SegmentPart
 * @property {boolean} chosen
 * @property {string} text
 * @property {() => unknown} [act]
 * @property {Parameters<typeof withMenu>[1]} [menu] opened instead
 * @property {string} [more]
 */

/** @type {[order: StreamOrder, word: string][]} */
export const ORDERS = [
  ["unlabelled", "unlabelled first"],
  ["query", "by query"],
  ["random", "random"],
  ["disputed", "disputed"],
];

/**
 * Buttons of which one is chosen.
 * @param {string} label
 * @param {SegmentPart[]} parts
 */
export function segment(label, parts) {
  const buttons = parts.map(({ chosen, text, act, menu, more }) => {
    const properties = { type: "button", "aria-pressed": String(chosen), onclick: act };
    const node = h("button", properties, text, more && h("b.rr-an-n", more));
    return menu ? withMenu(node, menu) : node;
  });
  return h("div.rr-segment", { role: "group", "aria-label": label }, buttons);
}

/**
 * @param {Session} session
 * @param {StreamOrder} order
 */
function orderWord({ stream }, order) {
  if (order === "uncertain") return `most uncertain for ${stream.order_run?.name ?? "cosine"}`;
  return ORDERS.find(([name]) => name === order)?.[1] ?? order;
}

/**
 * The choice of the order in which pairs come.
 * @param {Session} session
 */
export function drawOrders(session) {
  if (!session.mayLabel) return null;
  const { has_imported_labels: labelled, has_unlabelled: unlabelled } = session.stream;
  const both = labelled && unlabelled;
  return [orderChoice(session), both && importedChoice(session), scoringState(session)];
}

/** @param {Session} session */
function orderChoice(session) {
  const { order, stream, progress } = session;
  if (order !== stream.order) {
    const back = () => session.choose({ order: stream.order });
    const only = h("span", h("span.rr-muted", "Only "), `${order} pairs`);
    return [only, linkButton(`Back to ${orderWord(session, stream.order)}`, back)];
  }
  if (stream.may.own) return [h("span.rr-muted", "Order"), ownerChoice(session)];
  const disputed = stream.may.decide ? 0 : (progress?.disputed ?? 0);
  const go = () => session.choose({ order: "disputed" });
  const word = h("span", h("span.rr-muted", "Order: "), orderWord(session, order));
  return [word, disputed > 0 && linkButton(plural(disputed, "disputed pair"), go)];
}

/** @param {Session} session */
function ownerChoice(session) {
  const { order } = session;
  const uncertain = order === "uncertain";
  /** @type {SegmentPart[]} */
  const parts = ORDERS.map(([name, text]) => ({
    chosen: order === name,
    text,
    act: () => session.rules.setOrder(name),
  }));
  parts.push({
    chosen: uncertain,
    text: uncertain ? orderWord(session, order) : "model-uncertain first",
    menu: () => uncertaintyRuns(session),
  });
  return segment("Order", parts);
}

/** @param {Session} session */
function importedChoice(session) {
  const box = h("input", { type: "checkbox", checked: session.imported });
  box.addEventListener("change", () => session.choose({ imported: box.checked }));
  return h("label.rr-an-check", box, "Include imported labels");
}

/**
 * @param {number} done
 * @param {number} passages
 */
function embeddedWord(done, passages) {
  if (!passages) return "Scoring with cosine is starting";
  return `${formatInt(done)} of ${formatInt(passages)} passages are embedded for cosine`;
}

/** @param {Session} session */
function scoringState({ scoring }) {
  const state = scoring.state;
  if (state?.refused) return notice(state.refused);
  if (!state?.running) return null;
  const { scored = 0, wanted = 0, run } = state;
  if (!run) return h("span.rr-muted", embeddedWord(scored, wanted));
  const counts = `${run.name} has scored ${formatInt(scored)} of ${formatInt(wanted)}`;
  const word = wanted ? counts : `Scoring with ${run.name} is starting`;
  return h("span.rr-muted", state.notice ? `${word}. ${state.notice}` : word);
}
