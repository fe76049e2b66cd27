// The Annotate tab: the stream of pairs, and what happens when a key is pressed.

import { address } from "../lib/address.js";
import { fill, h } from "../lib/dom.js";
import { listen } from "../lib/events.js";
import { poll } from "../lib/poll.js";
import { followKeys } from "./keys.js";
import { Session } from "./session.js";

/**
 * Draw the Annotate tab.
 * @param {Widget<AnnotateServer>} context
 */
export function drawWidget(context) {
  const { widget } = context;
  const session = new Session(context);
  const { card, last, rail, bar, importedLabels } = session.parts;
  fill(session.streamNode, h("div.rr-an-main", card.node, last.node), rail.node);
  fill(
    widget,
    h("h1.rr-sr", "Annotate"),
    bar.node,
    session.errors,
    importedLabels.node,
    session.streamNode,
    session.review.node,
  );
  followKeys(session);
  followAbsence(session);
  window.addEventListener("beforeunload", (event) => {
    if (session.labelling.waiting()) event.preventDefault();
  });
  listen("dataset", (dataset) => session.open(dataset));
  listen("changed", () => {
    if (session.loaded && !session.labelling.waiting() && !session.current) session.queue.resume();
  });
  listen("review", () => session.review.follow());
  listen("back", () => session.back());
  poll(widget, 15, async () => {
    last.drawTimes();
    if (session.labelling.waiting()) return;
    await session.reads.progress();
    session.queue.lookAgain();
  });
  poll(widget, 60, () => session.keepLeases());
  poll(widget, 120, () => session.reads.agreement());
  session.presence.follow();
  session.open(address.dataset);
}

/**
 * Time while the page is hidden does not count as time spent on a pair.
 * @param {Session} session
 */
function followAbsence(session) {
  /** @type {number | null} */
  let hiddenAt = null;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = performance.now();
    else if (hiddenAt !== null) {
      session.away += performance.now() - hiddenAt;
      hiddenAt = null;
    }
  });
}
