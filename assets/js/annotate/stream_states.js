// What is shown instead of a pair.

import { goTo } from "../lib/address.js";
import { button, emptyState, errorBox, skeleton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatInt, formatTime, plural } from "../lib/format.js";

/** @typedef {import("./session.js").Session} Session */

export const UNREACHABLE = () =>
  h("div.rr-card-body", errorBox("Can't load the next pairs. Retrying…"));
export const MAY_NOT = () =>
  emptyState("View only", "You are not one of the annotators of this dataset. Ask an admin.");

/** Shown instead of a pair before the first dataset is imported. */
export function noDataset() {
  const text =
    "Pairs are labelled here once an admin has imported a file with queries and passages.";
  const open = () => goTo("data", { open: null });
  const act = button("Import a file", open, { kind: "primary rr-needs-admin" });
  return emptyState("No dataset yet", text, act);
}

/**
 * There are no more pairs in this order.
 * @param {Session} session
 */
export function doneState(session) {
  const { progress, order } = session;
  if (order === "disputed") return noneDisputed(session);
  if (order === "skipped") return noneSkipped(session);
  if (!progress) return skeleton(6);
  if (!progress.total) {
    const text = "This dataset has no pairs for you. Its test pairs may be sealed.";
    return emptyState("No pairs to label", text, checkImported(session));
  }
  if (progress.waiting) return reservedByOthers(session, progress);
  return allLabelled(session, progress);
}

/** @param {Session} session */
function backToLabelling(session) {
  const back = () => session.choose({ order: session.stream.order });
  return button("Back to labelling", back, { kind: "primary" });
}

/** @param {Session} session */
function noneDisputed(session) {
  const text = "Pairs that annotators disagree on and that you have not labelled appear here.";
  const everyone = session.stream.order === "disputed"; // the owner's order, not one's own
  const unlabelled = () => session.rules.setOrder("unlabelled");
  const change = button("Label unlabelled pairs first", unlabelled, { kind: "primary" });
  const owner = session.stream.may.own ? change : null;
  return emptyState("No disputed pairs", text, everyone ? owner : backToLabelling(session));
}

/** @param {Session} session */
function noneSkipped(session) {
  const text = "Every pair that you skipped now has a label.";
  return emptyState("No skipped pairs", text, backToLabelling(session));
}

/**
 * @param {Session} session
 * @param {LabellingProgress} progress
 */
function reservedByOthers(session, { waiting, reserved, labelled }) {
  const until = reserved.until && ` until ${formatTime(reserved.until)}`;
  const title = `Reserved by other annotators${until || ""}`;
  const own = `You have labelled ${plural(labelled, "pair")} here.`;
  const text = `${own} ${plural(waiting, "pair is", "pairs are")} left, reserved for others. You get those that they leave unlabelled.`;
  const check = () => {
    session.parts.card.showLoading();
    session.queue.resume();
  };
  const act = button("Check again", check, { kind: "primary" });
  return emptyState(title, text, act);
}

/**
 * @param {Session} session
 * @param {LabellingProgress} progress
 */
function allLabelled(session, { total, skipped, labelled }) {
  const all = total === 1 ? "The pair is labelled" : `All ${formatInt(total)} pairs are labelled`;
  const title = skipped ? `${plural(skipped, "skipped pair is", "skipped pairs are")} left` : all;
  const review = () => session.choose({ order: "skipped" });
  return emptyState(
    title,
    `You have labelled ${plural(labelled, "pair")} here. The next run uses these labels.`,
    button("Train a reranker", () => goTo("train"), { kind: "primary rr-needs-admin" }),
    checkImported(session),
    skipped ? button(`Review ${formatInt(skipped)} skipped`, review) : null,
  );
}

/** @param {Session} session */
function checkImported(session) {
  if (!session.stream.has_imported_labels || session.imported) return null;
  const check = () => session.choose({ imported: true, order: session.stream.order });
  return button("Check imported labels", check);
}
