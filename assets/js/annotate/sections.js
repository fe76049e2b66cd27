// The sections of the review.

import { button } from "../lib/controls.js";
import { formatInt } from "../lib/format.js";
import { segment } from "./orders.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./review.js").SectionName} SectionName
 */

/** @type {[name: SectionName, word: string][]} */
const SECTIONS = [
  ["disputed", "Disputed"],
  ["agreement", "Agreement"],
  ["annotators", "Annotators"],
];

/**
 * The section that is opened first.
 * @param {Session} session
 * @returns {SectionName}
 */
export function firstSection({ progress }) {
  return progress && !progress.disputed ? "agreement" : "disputed";
}

/**
 * The buttons that choose a section of the review.
 * @param {Session} session
 */
export function drawSections(session) {
  const { review, stream, progress } = session;
  const all = [...SECTIONS];
  if (stream.may.own) all.push(["settings", "Settings"]);
  const parts = all.map(([name, word]) => ({
    chosen: review.section?.name === name,
    text: word,
    act: () => review.switch(name),
    more: name === "disputed" && progress?.disputed ? formatInt(progress.disputed) : "",
  }));
  const back = () => review.leave();
  return [
    button("Back to labelling", back, { kind: "quiet", icon: "left" }),
    segment("Review", parts),
  ];
}
