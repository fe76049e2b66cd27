// Comments on a pair: a thread of questions and answers.

import { button, errorBox, skeleton } from "./controls.js";
import { fill, h } from "./dom.js";
import { formatAgo } from "./format.js";

/**
 * @typedef {object} CommentServer
 * @property {(payload: { pair: number }) => Promise<PairComment[]>} pair_comments
 * @property {(payload: { pair: number, text: string }) => Promise<PairComment[]>} add_comment
 */

/** The comments on a pair, and the field for one more. */
export class CommentThread {
  /**
   * @param {CommentServer} server
   * @param {number} pair
   */
  constructor(server, pair) {
    this.server = server;
    this.pair = pair;
    this.list = h("div", skeleton(1));
    this.field = h("textarea.rr-field", {
      rows: 2,
      dir: "auto",
      maxlength: 2000,
      "aria-label": "Write a comment",
      placeholder: "Ask a question or answer one",
    });
    this.errors = h("div");
    const add = button("Add comment", () => this.add(), { kind: "small" });
    this.node = h("div.rr-comments", this.list, this.field, this.errors, h("div", add));
  }

  load() {
    return this.show(this.server.pair_comments({ pair: this.pair }));
  }

  async add() {
    const text = this.field.value;
    const added = await this.show(this.server.add_comment({ pair: this.pair, text }));
    if (added) this.field.value = "";
  }

  /**
   * Whether it could be shown.
   * @param {Promise<PairComment[]>} answer
   */
  async show(answer) {
    try {
      const comments = await answer;
      const none = h("p.rr-muted", "No comments yet.");
      fill(this.list, comments.length ? comments.map(commentNode) : none);
      fill(this.errors);
      return true;
    } catch (error) {
      if (this.list.querySelector(".rr-skeleton")) fill(this.list);
      fill(this.errors, errorBox(error));
      return false;
    }
  }
}

/** @param {PairComment} comment */
function commentNode({ author, text, at }) {
  const head = h("div.rr-row", h("b", author), h("span.rr-faint", formatAgo(at)));
  return h("article.rr-comment", head, h("p", { dir: "auto" }, text));
}
