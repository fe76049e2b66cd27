// The outbox: changes wait here, in this browser, until the server has confirmed them one by one.

import { newId, Refused } from "../lib/server.js";

const TIMEOUT = 20000; // milliseconds after which a call counts as lost
const LONGEST = 15000; // between two tries

/**
 * @template Change
 * @typedef {object} OutboxEvent something was added, sent, refused, or could not be sent
 * @property {Refused} [refused]
 * @property {Change} [change] what was sent or refused
 */
/**
 * @template Change
 * @typedef {object} OutboxOwner
 * @property {(change: Change & { id: string }) => Promise<unknown>} send resolves when it is saved
 * @property {(event: OutboxEvent<Change>) => void} changed
 */

/** @type {Map<string, Outbox<any>>} by user */
const open = new Map();

/**
 * The outbox of a user. What an earlier visit left is sent now.
 * @template Change
 * @param {string} user
 * @param {OutboxOwner<Change>} owner
 * @returns {Outbox<Change>}
 */
export function openOutbox(user, owner) {
  const existing = open.get(user);
  if (existing) {
    existing.owner = owner;
    existing.pump();
    return existing;
  }
  const outbox = new Outbox(user, owner);
  open.set(user, outbox);
  window.addEventListener("online", () => outbox.retry());
  setTimeout(() => {
    owner.changed({});
    outbox.pump();
  }, 0);
  return outbox;
}

/**
 * The changes of one user that the server has not confirmed yet.
 * @template Change
 */
export class Outbox {
  /**
   * @param {string} user
   * @param {OutboxOwner<Change>} owner
   * @param {Storage} [storage]
   */
  constructor(user, owner, storage = localStorage) {
    this.owner = owner;
    this.storage = storage;
    this.offline = false;
    this.prefix = `rr-outbox:${encodeURIComponent(user)}:`;
    /** @type {Map<string, Change & { id: string }>} also what could not be stored */
    this.memory = new Map();
    this.number = 0;
    this.busy = false;
    this.failures = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Keys in the order in which they were added: one entry each, so that two tabs never clash. */
  keys() {
    /** @type {string[]} */
    let stored = [];
    try {
      stored = Object.keys(this.storage).filter((key) => key.startsWith(this.prefix));
    } catch {
      // no storage: only memory
    }
    return [...new Set([...this.memory.keys(), ...stored])].sort();
  }

  /**
   * @param {string} key
   * @returns {(Change & { id: string }) | null}
   */
  read(key) {
    try {
      return this.memory.get(key) || JSON.parse(this.storage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  count() {
    return this.keys().length;
  }

  /** What waits to be sent. */
  entries() {
    const entries = this.keys().map((key) => this.read(key));
    return entries.filter((entry) => entry !== null);
  }

  /** @param {Change} change */
  add(change) {
    const time = String(Date.now()).padStart(15, "0");
    const key = `${this.prefix}${time}-${String(this.number).padStart(6, "0")}`;
    const entry = { ...change, id: newId() };
    this.number += 1;
    this.memory.set(key, entry);
    try {
      this.storage.setItem(key, JSON.stringify(entry));
    } catch {
      // full, or a private window: kept in memory
    }
    this.owner.changed({});
    setTimeout(() => this.pump(), 0); // the next pair is painted before anything is sent
  }

  /** @param {string} key */
  drop(key) {
    this.memory.delete(key);
    try {
      this.storage.removeItem(key);
    } catch {
      // was never stored
    }
  }

  retry() {
    this.failures = 0;
    return this.pump();
  }

  /** Send what waits, one after the other, until nothing waits or the server is away. */
  async pump() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    for (let [key] = this.keys(); key; [key] = this.keys()) {
      const change = this.read(key);
      if (!change) this.drop(key);
      else if (!(await this.sendOne(key, change))) break;
    }
    this.busy = false;
  }

  /**
   * Whether it is done with: saved or refused. What failed stays and is tried again.
   * @param {string} key
   * @param {Change & { id: string }} change
   */
  async sendOne(key, change) {
    let refused;
    try {
      await inTime(this.owner.send(change));
    } catch (error) {
      if (!(error instanceof Refused) || error.fault) {
        this.wait();
        return false;
      }
      refused = error;
    }
    this.drop(key);
    this.failures = 0;
    this.offline = false;
    this.owner.changed({ refused, change });
    return true;
  }

  wait() {
    this.offline = true;
    this.failures += 1;
    this.owner.changed({});
    const pause = Math.min(500 * 2 ** this.failures, LONGEST);
    this.timer = setTimeout(() => this.pump(), pause);
  }
}

/** @param {Promise<unknown>} call */
function inTime(call) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error("no answer")), TIMEOUT);
  });
  return Promise.race([call, late]);
}
