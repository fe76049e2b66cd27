// A run whose executor charges for it, or a chain of runs, starts only after it was confirmed.

import { confirmAction } from "../lib/dialog.js";
import { choosePlace } from "./resume_place.js";

/**
 * Acts at the price that was agreed to; at `place` where one was chosen.
 * @typedef {(agreed: number | null, place?: ChosenPlace) => unknown} Act
 */

/**
 * What a chain of runs is, asked about before it is queued.
 * @typedef {{ verb: string, text: string }} ChainQuestion
 */

/**
 * The question before a recipe of several passes is queued.
 * @param {string} verb on the button
 */
export function chainQuestion(verb) {
  const text =
    "The runs train one after the other; each continues the last. They are one entry in the list and are stopped together.";
  return { verb, text };
}

/**
 * What is asked before a start; null where it starts at once.
 * @param {RunPrice | null} price
 * @param {ChainQuestion | null} chain
 */
export function startQuestion(price, chain) {
  if (!price && !chain) return null;
  const title = chain ? `${chain.verb}?` : "Start a paid job?";
  const verb = chain && !price ? chain.verb : "Agree and start";
  const cost =
    price &&
    `${price.hardware} costs ${price.text}. The time is charged to the account of the server's token, even if the run fails.`;
  return { title, verb, text: [chain?.text, cost].filter(Boolean).join(" ") };
}

/**
 * @param {RunPrice | null} price
 * @param {(agreed: number | null) => unknown} start
 * @param {ChainQuestion | null} [chain]
 */
export function agreeTo(price, start, chain = null) {
  const question = startQuestion(price, chain);
  if (!question) return start(null);
  const { title, text, verb } = question;
  return confirmAction(title, text, verb, () => start(price?.hourly ?? null), { kind: "primary" });
}

/**
 * Do something with a run. One that starts it again asks for the price first, which the server says
 * once it has checked the rest; one that queues a whole chain asks for that, and one that resumes
 * it for the place where there are several.
 * @param {Pick<TrainServer, "run_price" | "resume_places">} server
 * @param {{ id: number, name: string, place: RunPlace, chain: unknown }} run
 * @param {RunAction} what
 * @param {Act} act
 * @param {typeof choosePlace} [choose]
 */
export async function actAtPrice(server, run, what, act, choose = choosePlace) {
  const { id, place, chain } = run;
  if (what === "resume") return resumeAtPrice(server, run, act, choose);
  const paid = what === "again" && place.executor !== "local";
  const price = paid ? await server.run_price({ run: id, what }) : null;
  const whole = what === "again" && chain ? chainQuestion("Queue the chain again") : null;
  return agreeTo(price, (agreed) => act(agreed), whole);
}

/**
 * @param {Pick<TrainServer, "run_price" | "resume_places">} server
 * @param {{ id: number, name: string }} run
 * @param {Act} act
 * @param {typeof choosePlace} choose
 */
async function resumeAtPrice(server, { id, name }, act, choose) {
  const places = await server.resume_places({ run: id });
  const prepare = async (/** @type {ChosenPlace} */ place) => {
    const free = place.executor === "local";
    const price = free ? null : await server.run_price({ run: id, what: "resume", ...place });
    return () => agreeTo(price, (agreed) => act(agreed, place));
  };
  if (places.length > 1) return choose(name, places, prepare);
  const proceed = await prepare({ executor: places[0].value });
  return proceed();
}
