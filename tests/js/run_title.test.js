import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {{ title: string, options: object }[]} */
const shown = [];
class Notification {
  static permission = "granted";
  /**
   * @param {string} title
   * @param {object} options
   */
  constructor(title, options) {
    shown.push({ title, options });
  }
}
const page = {
  title: "",
  hidden: false,
  back: () => {},
  /**
   * @param {string} _name
   * @param {() => void} back
   */
  addEventListener(_name, back) {
    page.back = back;
  },
};
const browser = { Notification, addEventListener() {} };
const stubs = { document: page, window: browser, Notification, location: { search: "?tab=train" } };
Object.assign(globalThis, stubs);
const { announceEnd, canAskToNotify, showInTitle } = await import(
  "../../assets/js/lib/run_title.js"
);
/** @type {{ id: number, name: string, status: RunStatus }} */
const RUN = { id: 3, name: "run 3", status: "finished" };

test("a run that ends while another page is looked at is announced", () => {
  announceEnd(RUN);
  assert.deepEqual(shown, []); // the user sees it
  page.hidden = true;
  announceEnd(RUN);
  assert.equal(page.title, "run 3 has finished · Train · Reranker UI");
  assert.deepEqual(shown, [
    { title: "run 3 has finished", options: { body: "Reranker UI", tag: "run 3" } },
  ]);
  page.back();
  assert.equal(page.title, "Train · Reranker UI");
});

test("without a permission only the title says it, and the browser may be asked", () => {
  shown.length = 0;
  Notification.permission = "default";
  assert.ok(canAskToNotify());
  announceEnd({ ...RUN, status: "failed" });
  assert.equal(page.title, "run 3 has failed · Train · Reranker UI");
  assert.deepEqual(shown, []);
  Notification.permission = "denied";
  assert.ok(!canAskToNotify());
});

test("the title says how far a run is, and nothing once it has ended", () => {
  showInTitle({ ...RUN, part: 0.629, step: 5, max_steps: 8, loss: 0.5, eta: 60 });
  assert.equal(page.title, "62% · run 3 · Train · Reranker UI");
  showInTitle(null);
  assert.equal(page.title, "Train · Reranker UI");
});
