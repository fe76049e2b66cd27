// What a finished run offers: its files as a zip, its card, a push to the Hub.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { downloadLink } from "../lib/files.js";
import { formatAgo, formatSize, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";

const WHOLE = "Recipe, frozen pairs, events and model";
const QUOTES = "The card quotes training texts: this run's recipe asked for it.";
const NO_QUOTES = "The card quotes no training texts; the files are weights, tokenizer and card.";

/** The files of a run that has ended. */
export class RunFiles {
  /** @param {TrainServer} server */
  constructor(server) {
    this.server = server;
    /** @type {Run | null} */
    this.run = null;
    /** @type {RunOutcome | null} */
    this.outcome = null;
    this.asking = false; // whether the form of the push is open
    this.drawn = "";
    this.title = h("summary");
    this.body = h("div.rr-files-body");
    this.fault = h("div");
    this.node = h("details.rr-files.rr-hidden", this.title, this.body);
    const text = { autocomplete: "off", spellcheck: "false" };
    this.repo = h("input.rr-field", { id: "rr-push-repo", placeholder: "team/model", ...text });
    this.token = h("input.rr-field", { id: "rr-push-token", type: "password", ...text });
    this.private = h("input", { type: "checkbox", id: "rr-push-private", checked: true });
  }

  /** Whether a push of the shown run is going on. */
  get isPushing() {
    return this.outcome?.id === this.run?.id && this.outcome?.pushed?.state === "pushing";
  }

  /**
   * @param {Run} run
   * @param {RunOutcome | null} outcome
   */
  show(run, outcome) {
    this.run = run;
    const files = outcome && outcome.id === run.id && outcome.files.length;
    this.node.classList.toggle("rr-hidden", !files);
    if (!files) {
      this.drawn = "";
      return;
    }
    if (this.outcome?.id !== outcome.id) {
      this.asking = false;
      this.node.open = false;
      fill(this.fault);
      this.repo.value = "";
    }
    this.outcome = outcome;
    this.draw(outcome);
  }

  /** @param {RunOutcome} outcome */
  draw(outcome) {
    const key = JSON.stringify([outcome, this.asking]);
    if (key === this.drawn) return;
    this.drawn = key;
    const { files, bytes, card } = outcome;
    const facts = `${plural(files.length, "file")}, ${formatSize(bytes)}`;
    this.title.textContent = `Model: ${facts}; card, download, Hub`;
    const rows = files.map((file) =>
      h("tr", h("td", file.name), h("td.rr-num.rr-muted", formatSize(file.bytes))),
    );
    const text = card && h("pre", { tabindex: 0 }, card);
    fill(
      this.body,
      this.actions(outcome),
      pushState(outcome.pushed),
      this.asking ? this.form(outcome) : null,
      h("table.rr-files-list", h("tbody", rows)),
      text ? h("details.rr-card-text", h("summary", "Model card"), text) : null,
    );
  }

  /** @param {RunOutcome} outcome */
  actions({ id, whole }) {
    const ask = button("Push to the Hub …", () => this.ask(true), { icon: "upload" });
    return h(
      "div.rr-row",
      downloadLink("Download the model", `runs/${id}/model.zip`),
      whole && downloadLink("Download the whole run", `runs/${id}/run.zip`, WHOLE),
      this.asking ? null : ask,
    );
  }

  /** @param {boolean} open the form of the push */
  ask(open) {
    this.asking = open;
    fill(this.fault);
    if (this.outcome) this.draw(this.outcome);
    if (open) this.repo.focus();
  }

  /** @param {RunOutcome} outcome */
  form({ quotes }) {
    /** @param {SubmitEvent} event */
    const onsubmit = (event) => {
      event.preventDefault();
      this.push();
    };
    const token = "Token with write access, or empty for this machine's own";
    const label = (/** @type {string} */ id, /** @type {string} */ text) =>
      h("label.rr-label", { for: id }, text);
    const note = [quotes ? icon("warn") : null, h("span", quotes ? QUOTES : NO_QUOTES)];
    return h(
      "form.rr-push.rr-sunken",
      { onsubmit },
      h("div", label("rr-push-repo", "Name on the Hub"), this.repo),
      h("div", label("rr-push-token", token), this.token),
      h("label.rr-check", this.private, h("span", "Private: only you and your team see it")),
      h("p", { class: quotes ? "rr-notice" : "rr-muted" }, note),
      this.fault,
      h(
        "div.rr-row",
        h("button.rr-button.primary", { type: "submit" }, "Push to the Hub"),
        button("Cancel", () => this.ask(false), { kind: "quiet" }),
      ),
    );
  }

  async push() {
    const outcome = /** @type {RunOutcome} */ (this.outcome);
    const [repo, token] = [this.repo.value, this.token.value];
    fill(this.fault);
    try {
      const request = { run: outcome.id, repo, token, private: this.private.checked };
      outcome.pushed = await this.server.push(request);
      this.token.value = "";
      this.asking = false;
      this.draw(outcome);
    } catch (error) {
      fill(this.fault, errorBox(error));
    }
  }
}

/** @param {RunOutcome["pushed"]} pushed */
function pushState(pushed) {
  if (!pushed) return null;
  const { state, repo, error, time, url } = pushed;
  if (state === "failed") return errorBox(`Not pushed to ${repo}. ${error}`);
  const kind = pushed.private ? "private" : "public";
  if (state === "pushing") {
    return h("p.rr-muted", { role: "status" }, `Pushing to ${repo}, ${kind} …`);
  }
  const link = h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, repo);
  return h("p", { role: "status" }, `Pushed ${formatAgo(time)}, ${kind}: `, link);
}
