// The outbox: changes wait here, in this browser, until the server has confirmed them one by one.
// `send(change)` resolves when a change is in; `changed({refused, change})` is told of every step.

import { newId, Refused } from "../lib/server.js";

const open = {}; // the outbox of each user

export const openOutbox = (user, send, changed) => {
  if (open[user]) {
    Object.assign(open[user], { send, changed });
    open[user].pump();
    return open[user];
  }
  const TIMEOUT = 20000,
    LONGEST = 15000;
  const prefix = `rr-outbox:${encodeURIComponent(user)}:`,
    memory = new Map();
  let number = 0,
    busy = false,
    failures = 0,
    timer = null;
  const box = { send, changed, offline: false };
  // One entry a change, so that two tabs never write over each other's.
  const stored = () => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  };
  const keys = () => [...new Set([...memory.keys(), ...stored()])].sort();
  const read = (key) => {
    try {
      return memory.get(key) || JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const drop = (key) => {
    memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      /* was never stored */
    }
  };
  const inTime = (promise) =>
    Promise.race([
      promise,
      new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), TIMEOUT)),
    ]);
  const tell = (more = {}) => box.changed(more);

  box.count = () => keys().length;
  box.pairs = () =>
    keys()
      .map((key) => read(key)?.pair)
      .filter(Boolean);
  box.add = (change) => {
    const key = `${prefix}${String(Date.now()).padStart(15, "0")}-${String(number++).padStart(6, "0")}`;
    const entry = { ...change, id: newId() };
    memory.set(key, entry);
    try {
      localStorage.setItem(key, JSON.stringify(entry));
    } catch {
      /* full or private: kept in memory */
    }
    tell();
    setTimeout(box.pump, 0); // the next pair is painted before anything is sent
  };
  box.pump = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    for (let [key] = keys(); key; [key] = keys()) {
      const change = read(key);
      if (!change) {
        drop(key);
        continue;
      }
      let refused = null;
      try {
        await inTime(box.send(change));
      } catch (error) {
        if (!(error instanceof Refused) || error.fault) {
          busy = false;
          wait();
          return;
        }
        refused = error;
      }
      drop(key);
      failures = 0;
      box.offline = false;
      tell({ refused, change });
    }
    busy = false;
  };
  const wait = () => {
    box.offline = true;
    failures += 1;
    tell();
    timer = setTimeout(box.pump, Math.min(500 * 2 ** failures, LONGEST));
  };
  window.addEventListener("online", () => {
    failures = 0;
    box.pump();
  });
  open[user] = box;
  setTimeout(() => {
    tell();
    box.pump();
  }, 0); // what an earlier visit left is sent now
  return box;
};
