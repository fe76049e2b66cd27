// The menu of the stream on a phone: what the bar and the tools hold elsewhere.

import { formatInt } from "../lib/format.js";
import { openMenu } from "../lib/menu.js";
import { openGuidelines } from "./guidelines.js";
import { openPairHistory } from "./history.js";
import { openStreamKeys } from "./keys.js";
import { ORDERS } from "./orders.js";
import { uncertaintyRuns } from "./run_menu.js";
import { firstSection } from "./sections.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("../lib/menu.js").MenuEntries} Entries
 */

/**
 * The entries of the stream's menu on a phone.
 * @param {Session} session
 * @param {HTMLElement} anchor
 * @returns {Entries}
 */
export function streamMenu(session, anchor) {
  return [
    ...(session.stream.may.own ? orderEntries(session, anchor) : []),
    ...choiceEntries(session),
    { text: "Can't tell", icon: "info", act: () => session.labelling.give(null, true) },
    { text: "History and comments", icon: "clock", act: () => openPairHistory(session) },
    { text: "Guidelines", icon: "info", act: () => openGuidelines(session) },
    { text: "All keys", act: () => openStreamKeys(session) },
  ];
}

/**
 * @param {Session} session
 * @param {HTMLElement} anchor
 * @returns {Entries}
 */
function orderEntries(session, anchor) {
  const openRuns = async () => {
    const runs = await uncertaintyRuns(session);
    if (runs) openMenu(anchor, runs);
  };
  const mark = (/** @type {boolean} */ chosen) => (chosen ? "check" : undefined);
  return [
    ...ORDERS.map(([order, text]) => ({
      text: `Order: ${text}`,
      icon: /** @type {IconName | undefined} */ (mark(session.order === order)),
      act: () => session.rules.setOrder(order),
    })),
    {
      text: "Order: model-uncertain first",
      icon: mark(session.order === "uncertain"),
      act: openRuns,
    },
    "-",
  ];
}

/**
 * @param {Session} session
 * @returns {Entries}
 */
function choiceEntries(session) {
  const { stream, imported } = session;
  const disputed = session.progress?.disputed ?? 0;
  return [
    stream.has_imported_labels &&
      stream.has_unlabelled && {
        text: imported ? "Exclude imported labels" : "Include imported labels",
        act: () => session.choose({ imported: !imported }),
      },
    disputed > 0 &&
      !stream.may.decide && {
        text: "Disputed pairs",
        more: formatInt(disputed),
        icon: "disputed",
        act: () => session.choose({ order: "disputed" }),
      },
    stream.may.decide && {
      text: "Review",
      more: disputed ? `${formatInt(disputed)} disputed` : "",
      icon: "people",
      act: () => session.review.enter(firstSection(session)),
    },
  ];
}
