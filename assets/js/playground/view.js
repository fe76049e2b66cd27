// What the Playground shows: the rankers, and the answer of the server.

import { address, setAddress } from "../lib/address.js";
import { BINARY } from "../lib/labels.js";

/** @type {Role[]} */
const ROLES = ["viewer", "annotator", "admin"];

/** The state of the Playground. */
export class View {
  constructor() {
    /** @type {RankerChoice[]} */
    this.rankers = [];
    /** @type {{ a?: string, b?: string }} */
    this.defaults = {};
    /** @type {Role} */
    this.role = "viewer";
    /** @type {DemoPage | null} null outside of a demo */
    this.demo = null;
    /** @type {ShownComparison | null} */
    this.answer = null;
    this.turn = 0; // the newest call
  }

  /** @param {Role} role the least that is needed */
  may(role) {
    return ROLES.indexOf(this.role) >= ROLES.indexOf(role);
  }

  /** Whether results can be labelled. */
  get mayLabel() {
    return !!this.answer?.dataset && this.may("annotator");
  }

  /** Said where no test query shows which order is better; blind annotators see few labels. */
  get noTestQuery() {
    const none = `No query in the test split of ${this.dataset} has both a positive and a negative candidate`;
    return this.may("admin") ? `${none} yet.` : `${none} whose labels you can see.`;
  }

  get scale() {
    return this.answer?.scale || BINARY;
  }

  get a() {
    return address.a || this.defaults.a || "bm25";
  }

  get b() {
    return address.b || this.defaults.b || "cosine";
  }

  /** @returns {string | null} the third ranker */
  get c() {
    return address.c || null;
  }

  get models() {
    return [this.a, this.b, ...(this.c ? [this.c] : [])];
  }

  get dataset() {
    return address.dataset || "";
  }

  /** @returns {CandidateSource} where candidates come from */
  get source() {
    const otherwise = !address.p && this.dataset ? "labelled" : "paste";
    return /** @type {CandidateSource} */ (address.from || otherwise);
  }

  /** Whether candidates are searched in all passages of the dataset. */
  get searches() {
    return this.source === "dataset" || this.source === "meaning";
  }

  /** Whether cross-encoders score only the candidates that cosine and BM25 put first. */
  get cascade() {
    return address.cascade === "1";
  }

  set cascade(on) {
    setAddress({ cascade: on ? "1" : null });
  }

  /** How many candidates a search takes. */
  get k() {
    return Number(address.k) || 50;
  }
}

/**
 * Whether a ranker is a run, whose name is its number.
 * @param {string} name
 */
export function isRun(name) {
  return /^\d+$/.test(name);
}
