import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Outbox } from "../../assets/js/annotate/outbox.js";
import { Refused } from "../../assets/js/lib/server.js";

/** A storage like the browser's: its keys are its own properties. */
class MemoryStorage {
  /** @param {string} key */
  getItem(key) {
    return Object.hasOwn(this, key) ? Reflect.get(this, key) : null;
  }
  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    Reflect.set(this, key, value);
  }
  /** @param {string} key */
  removeItem(key) {
    Reflect.deleteProperty(this, key);
  }
}

/** @typedef {{ pair: number }} Change */

/** @type {Storage} */
let storage;
/** @type {(Change & { id: string })[]} what the server has saved */
let saved;
/** @type {Refused[]} */
let refusals;
/** @type {(change: Change & { id: string }) => Promise<void>} */
let server;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  storage = /** @type {any} */ (new MemoryStorage());
  saved = [];
  refusals = [];
  server = async (change) => {
    saved.push(change);
  };
});

/** @returns {Outbox<Change>} */
function outboxOf(user = "minh") {
  const owner = {
    send: (/** @type {Change & { id: string }} */ change) => server(change),
    changed: (/** @type {{ refused?: Refused }} */ { refused }) => {
      if (refused) refusals.push(refused);
    },
  };
  return new Outbox(user, owner, storage);
}

const pairs = () => saved.map(({ pair }) => pair);

test("changes are sent in the order in which they were added, each once", async () => {
  const outbox = outboxOf();
  for (const pair of [3, 1, 2]) outbox.add({ pair });
  assert.equal(outbox.count(), 3);
  await outbox.pump();
  assert.deepEqual(pairs(), [3, 1, 2]);
  assert.equal(new Set(saved.map(({ id }) => id)).size, 3);
  assert.equal(outbox.count(), 0);
});

test("a change that fails stays and is sent again, with the same id", async () => {
  const outbox = outboxOf();
  outbox.add({ pair: 1 });
  const [{ id }] = outbox.entries();
  const works = server;
  server = () => Promise.reject(new Error("away"));
  await outbox.pump();
  assert.equal(outbox.count(), 1);
  assert.equal(outbox.offline, true);
  server = works;
  await outbox.retry();
  assert.deepEqual(saved, [{ pair: 1, id }]);
  assert.equal(outbox.offline, false);
});

test("a fault of the server is worth another try, a refusal is not", async () => {
  const outbox = outboxOf();
  outbox.add({ pair: 1 });
  server = () => Promise.reject(new Refused("Something went wrong.", true));
  await outbox.pump();
  assert.equal(outbox.count(), 1);
  server = () => Promise.reject(new Refused("This pair was deleted."));
  await outbox.pump();
  assert.equal(outbox.count(), 0);
  assert.deepEqual(
    refusals.map(({ message }) => message),
    ["This pair was deleted."],
  );
});

test("a refused change does not hold up those behind it", async () => {
  const outbox = outboxOf();
  outbox.add({ pair: 1 });
  outbox.add({ pair: 2 });
  server = async (change) => {
    if (change.pair === 1) throw new Refused("no");
    saved.push(change);
  };
  await outbox.pump();
  assert.deepEqual(pairs(), [2]);
});

test("what an earlier visit left is sent by the next one", async () => {
  outboxOf().add({ pair: 7 });
  const next = outboxOf();
  assert.equal(next.count(), 1);
  await next.pump();
  assert.deepEqual(pairs(), [7]);
  assert.equal(outboxOf().count(), 0);
});

test("users do not send each other's changes", () => {
  outboxOf("minh").add({ pair: 1 });
  assert.equal(outboxOf("linh").count(), 0);
});

test("without storage changes wait in memory", async () => {
  storage.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  const outbox = outboxOf();
  outbox.add({ pair: 1 });
  assert.equal(outbox.count(), 1);
  await outbox.pump();
  assert.deepEqual(pairs(), [1]);
});

test("an entry that cannot be read is dropped", async () => {
  storage.setItem("rr-outbox:minh:000000000000001-000000", "{broken");
  const outbox = outboxOf();
  outbox.add({ pair: 1 });
  await outbox.pump();
  assert.deepEqual(pairs(), [1]);
  assert.equal(outbox.count(), 0);
});

test("only one pump runs at a time", async () => {
  const outbox = outboxOf();
  outbox.add({ pair: 1 });
  await Promise.all([outbox.pump(), outbox.pump()]);
  assert.deepEqual(pairs(), [1]);
});
