// Below the answers: skip, undo, note, history, keys; on a phone the rest is in a menu.

import { keyMark } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { withMenu } from "../lib/menu.js";
import { openPairHistory } from "./history.js";
import { openStreamKeys } from "./keys.js";
import { streamMenu } from "./stream_menu.js";

/**
 * The buttons below the answers.
 * @param {import("./session.js").Session} session
 */
export function drawTools(session) {
  const { labelling } = session;
  const more = h("button.rr-an-tool.phone", { type: "button" }, icon("more"), "More");
  withMenu(more, () => streamMenu(session, more));
  const keys = tool("All keys", "?", null, () => openStreamKeys(session));
  const history = tool("History, comments", "h", "clock", () => openPairHistory(session));
  const cannotTell = tool("Can't tell", "c", null, () => labelling.give(null, true));
  for (const node of [history, keys, cannotTell]) node.classList.add("desk");
  return h(
    "div.rr-an-tools",
    cannotTell,
    tool("Skip", "s", "skip", () => labelling.give(null)),
    tool("Undo", "u", "undo", () => labelling.undo()),
    tool("Note", "n", "note", () => session.parts.card.editNote()),
    history,
    keys,
    more,
  );
}

/**
 * @param {string} text
 * @param {string} key
 * @param {IconName | null} shape
 * @param {() => void} onclick
 */
function tool(text, key, shape, onclick) {
  const properties = { type: "button", "aria-keyshortcuts": key, onclick };
  return h("button.rr-an-tool", properties, keyMark(key), shape && icon(shape), text);
}
