// Calls of the server: what it refuses, and what fails.

import { setConnection } from "./connection.js";
import { withoutOptions } from "./format.js";

const AWAY = "Can't reach the server. Check the connection, then try again.";
const SIGNED_OUT = "You are signed out. Sign in to continue.";
const NO_ANSWER = "The server could not answer. Try again.";
const PROXY_FAILED = [502, 504]; // statuses of a proxy before a server that is away

/** A sentence for the user. `fault`: it may pass, so the same call is worth another try. */
export class Refused extends Error {
  /**
   * @param {string} sentence
   * @param {string | null} [field] of a form, that holds what is wrong
   */
  constructor(sentence, fault = false, field = null) {
    super(sentence);
    this.fault = fault;
    this.field = field;
  }
}

/**
 * The server functions of a widget: `await server.name(payload)` is the answer, or throws Refused.
 * @param {number} component of Gradio, which has the functions
 * @returns {any}
 */
export function serverFunctions(component) {
  const call = (/** @type {string} */ name) => (/** @type {object} */ payload) =>
    callServer(component, name, payload);
  return new Proxy({}, { get: (_, name) => call(String(name)) });
}

/**
 * Not Gradio's own client: it returns nothing for whatever fails, be it a session that ended.
 * @param {number} component
 * @param {string} name of the function
 * @param {object} [payload]
 * @param {boolean} [keepalive] whether the call outlives the page
 */
export async function callServer(component, name, payload = {}, keepalive = false) {
  const { root = "" } = window.gradio_config ?? {};
  const body = JSON.stringify({ component_id: component, fn_name: name, data: payload });
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body, keepalive };
  const response = await fetch(`${root}/gradio_api/component_server/`, request).catch(() => null);
  return answerOf(response);
}

/** @param {Response | null} response null where there is none */
async function answerOf(response) {
  if (!response || PROXY_FAILED.includes(response.status)) {
    setConnection("away");
    throw new Refused(AWAY, true);
  }
  if (response.status === 401) {
    setConnection("signed out");
    throw new Refused(SIGNED_OUT, true);
  }
  const answer = await response.json().catch(() => null);
  setConnection("ok");
  if (answer && "ok" in answer) return answer.ok;
  const sentence = answer?.refused || answer?.detail || NO_ANSWER;
  throw new Refused(String(sentence), !answer?.refused || !!answer.fault, answer?.field);
}

/**
 * Whether a failure may pass by itself: what is drawn stays, and is drawn again afterwards.
 * @param {unknown} error
 */
export function mayPass(error) {
  return !(error instanceof Refused) || error.fault;
}

/**
 * The sentence to show for a call that failed.
 * @param {unknown} error
 */
export function errorSentence(error) {
  return error instanceof Refused ? withoutOptions(error.message) : AWAY;
}

/** A new id. `crypto.randomUUID` is missing on plain http. */
export function newId() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
