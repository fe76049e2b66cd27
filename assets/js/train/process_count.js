// How many processes or GPUs a run has; hidden where there is one.

import { h } from "../lib/dom.js";

/** The number of processes or GPUs at a place. */
export class ProcessCount {
  /**
   * @param {string} kind of its field: "rr-field" or "rr-entry"
   * @param {() => unknown} [changed]
   */
  constructor(kind, changed) {
    /** @type {OfferedPlace | null} */
    this.place = null;
    this.word = h("span");
    this.input = h("input", { class: kind, type: "number", min: 1, autocomplete: "off" });
    if (changed) this.input.addEventListener("input", changed);
  }

  /**
   * What was typed stays while the place offers the same.
   * @param {OfferedPlace} place
   */
  offer(place) {
    const offered = JSON.stringify(place);
    if (offered === JSON.stringify(this.place)) return;
    this.place = place;
    this.word.textContent = place.unit;
    this.input.max = String(place.limit);
    this.input.value = String(place.number);
  }

  get hidden() {
    return !this.place || Math.max(this.place.limit, this.place.number) < 2;
  }

  get value() {
    return this.place ? requested(this.place, this.input.value) : {};
  }
}

/**
 * What is sent to the server; the default number of GPUs is left to it: none may mean one.
 * @param {OfferedPlace} place
 * @param {string} typed
 */
export function requested({ unit, number }, typed) {
  const count = typed === "" ? number : Math.max(0, Math.trunc(Number(typed)));
  if (unit === "Processes") return { processes: count };
  return count === number ? {} : { gpus: count };
}
