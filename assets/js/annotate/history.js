// The history of a pair, and the comments on it, in a dialog over the stream.

import { CommentThread } from "../lib/comments.js";
import { errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { pairEvents } from "../lib/pair_events.js";

/**
 * Open the history of the pair that is shown.
 * @param {import("./session.js").Session} session
 */
export async function openPairHistory(session) {
  const { section } = session.review;
  const pair = section ? section.pair?.() : session.current;
  if (!pair) return;
  const body = h("div", skeleton(3));
  const thread = new CommentThread(session.server, pair.id);
  openDialog("History and comments", "wide", body, h("h3", "Comments"), thread.node);
  thread.load();
  try {
    const events = await session.server.history({ pair: pair.id });
    const { scale, guidelines } = session.stream;
    fill(body, pairEvents(events, scale, guidelines.version));
  } catch (error) {
    fill(body, errorBox(error));
  }
}
