// Keys of the Annotate tab.

import { openKeyHelp } from "../lib/dialog.js";
import { keyOf } from "../lib/keys.js";
import { scaleAnswers } from "../lib/labels.js";
import { isTyping, isVisible, targetOf } from "../lib/poll.js";
import { openGuidelines } from "./guidelines.js";
import { openPairHistory } from "./history.js";

/** @typedef {import("./session.js").Session} Session */

/**
 * Act on the keys that are pressed in the Annotate tab.
 * @param {Session} session
 */
export function followKeys(session) {
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (!session.widget.isConnected) document.removeEventListener("keydown", pressed);
    else if (isForStream(session, event)) {
      const act = actionOf(session, keyOf(event));
      if (!act) return;
      event.preventDefault();
      act(event);
    }
  };
  document.addEventListener("keydown", pressed);
}

/**
 * Off while typing, with a modifier, in hidden tabs, under a menu or a dialog.
 * @param {Session} session
 * @param {KeyboardEvent} event
 */
function isForStream(session, event) {
  if (event.repeat && event.key !== " ") return false;
  if (!session.mayLabel || !isVisible(session.widget) || isTyping(event)) return false;
  if (document.querySelector("dialog[open], .rr-menu")) return false;
  return event.key !== " " || !targetOf(event).closest?.("button, a, summary");
}

/**
 * @param {Session} session
 * @param {string} key
 * @returns {((event: KeyboardEvent) => unknown) | undefined}
 */
function actionOf(session, key) {
  const answer = scaleAnswers(session.stream.scale).find((known) => known.key === key);
  const { labelling, parts } = session;
  const { section } = session.review;
  if (section) {
    const { decide } = section;
    return section.keys[key] ?? (answer && decide ? () => decide(answer.value) : undefined);
  }
  if (answer) return () => labelling.give(answer.value);
  /** @type {Record<string, (event: KeyboardEvent) => unknown>} */
  const actions = {
    s: () => labelling.give(null),
    c: () => labelling.give(null, true),
    u: () => labelling.undo(),
    n: () => parts.card.editNote(),
    g: () => openGuidelines(session),
    h: () => openPairHistory(session),
    "?": () => openStreamKeys(session),
    " ": (event) => parts.card.page(event.shiftKey),
  };
  return actions[key];
}

/**
 * Show the keys of the stream, or of the section of the review that is open.
 * @param {Session} session
 */
export function openStreamKeys(session) {
  const answers = scaleAnswers(session.stream.scale);
  if (session.review.section) {
    openKeyHelp([
      ...answers.map(({ key, word }) => /** @type {[string, string]} */ ([key, `Decide: ${word}`])),
      ["x", "Leave out of training"],
      ["j", "Next disputed pair"],
      ["k", "Previous disputed pair"],
      ["h", "History of this pair"],
    ]);
    return;
  }
  openKeyHelp([
    ...answers.map(({ key, word }) => /** @type {[string, string]} */ ([key, word])),
    ["s", "Skip: no label, next pair"],
    ["c", "Can't tell: an answer without a label"],
    ["u", "Undo your last label"],
    ["n", "Note on this pair"],
    ["Space", "Page through the passage; back with Shift"],
    ["g", "Guidelines"],
    ["h", "History of this pair, and comments"],
  ]);
}
