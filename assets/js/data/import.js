// Import: drop a file, see how it is read, map its columns, see what is kept and what is left out.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, formatSize, plural } from "../lib/format.js";
import { Refused } from "../lib/server.js";
import { toast } from "../lib/toast.js";
import { dropField } from "./import_drop.js";
import { KeptFocus } from "./import_focus.js";
import { FurtherColumns } from "./import_further.js";
import { recallToken, rememberToken, suggestName } from "./import_names.js";
import { drawReading } from "./import_reading.js";
import { ImportTarget } from "./import_target.js";

/** The panel that takes a file from upload to import. */
export class ImportPanel {
  /**
   * @param {HTMLElement} body
   * @param {DataTab} context
   * @param {string[]} datasets that pairs can be added to
   */
  constructor(body, context, datasets) {
    this.context = context;
    this.server = context.server;
    this.body = body;
    this.datasets = datasets;
    this.focus = new KeptFocus(this.body);
    this.token = recallToken(); // "" without an upload
    /** @type {ReadingAnswers} */
    this.answers = {};
    this.target = new ImportTarget("");
    /** @type {import("./import_target.js").TargetFoot | null} */
    this.foot = null;
    /** @type {Set<string>} columns of texts that need not be read */
    this.confirmed = new Set();
    this.further = new FurtherColumns();
    this.changing = false; // whether the options of the reading are shown
    this.timer = 0;
  }

  /**
   * Back to the field a file is dropped on.
   * @param {unknown} [error]
   */
  reset(error) {
    this.focus.remember();
    this.setToken("");
    this.answers = {};
    this.confirmed.clear();
    this.further = new FurtherColumns();
    this.changing = false;
    this.target = new ImportTarget("");
    this.foot = null;
    const field = dropField(
      (files) => this.begin(files),
      (id) => this.beginFromHub(id),
    );
    fill(
      this.body,
      error ? h("div", { style: "margin-bottom:12px" }, errorBox(error)) : null,
      field,
    );
    this.focus.restore();
  }

  /** @param {string[]} names */
  setDatasets(names) {
    this.datasets = names;
    this.foot?.draw();
  }

  /** @param {string} token */
  setToken(token) {
    this.token = token;
    rememberToken(token);
  }

  /** @param {File[]} files read as one, in this order */
  async begin(files) {
    this.focus.remember();
    for (const [at, file] of files.entries()) {
      const name = files.length > 1 ? `${file.name} (${at + 1} of ${files.length})` : file.name;
      this.working(`Uploading ${name}`, formatSize(file.size), null);
      if (!(await this.upload(file))) return;
    }
    this.follow();
  }

  /**
   * Upload a file: the first of an import, or one more.
   * @param {File} file
   * @returns {Promise<boolean>} false if it failed, which is shown
   */
  async upload(file) {
    clearTimeout(this.timer);
    const { token } = this;
    const { name } = file;
    try {
      const { path } = await this.context.upload(file);
      if (token) await this.server.add_file({ token, path, name });
      else this.setToken((await this.server.begin_upload({ path, name })).token);
      return true;
    } catch (error) {
      const sentence = `${name} could not be uploaded. It may exceed the size limit, or the connection was lost.`;
      if (token) toast(error instanceof Refused ? error.message : sentence);
      else this.reset(error instanceof Refused ? error : sentence);
      return !!token;
    }
  }

  /** @param {string} id */
  async beginFromHub(id) {
    this.focus.remember();
    this.working(`Reading ${id} from the Hub`, "", null);
    try {
      const { token } = await this.server.begin_hub({ id });
      this.setToken(token);
      this.follow();
    } catch (error) {
      this.reset(error);
    }
  }

  /** Ask what the server does with the upload, until it is read or stored. */
  async follow() {
    clearTimeout(this.timer);
    if (!this.token) return;
    let state;
    try {
      state = await this.server.upload_state({ token: this.token });
    } catch (error) {
      if (error instanceof Refused && !error.fault) this.reset();
      else this.followLater(2000);
      return;
    }
    if (!this.target.name) this.target = new ImportTarget(suggestName(state.file));
    if (state.said) this.answers = state.said;
    if (state.state === "reading") this.showReading(state);
    else if (state.state === "storing") this.showStoring(state);
    else if (state.state === "stored") this.finish(state);
    else this.show(state);
  }

  /** @param {number} milliseconds */
  followLater(milliseconds) {
    this.timer = window.setTimeout(() => this.follow(), milliseconds);
  }

  /** @param {UploadBeingRead} state */
  showReading(state) {
    const read = state.records ? plural(state.records, "record") : formatSize(state.bytes);
    const part = state.total ? Math.min(1, state.bytes / state.total) : null;
    this.working(`Reading ${state.file}`, read, part);
    this.followLater(250);
  }

  /** @param {UploadBeingStored} state */
  showStoring(state) {
    const progress = `${formatInt(state.through)} of ${plural(state.of, "pair")}`;
    const part = state.of ? state.through / state.of : null;
    this.working(`Importing into ${state.dataset}`, progress, part);
    this.followLater(400);
  }

  /** @param {UploadStored} state */
  finish(state) {
    const { token } = this;
    this.reset();
    this.server.end_upload({ token }).catch(() => {}); // swept by the server later
    this.context.arrive(state);
  }

  /**
   * @param {string} title
   * @param {string} text
   * @param {number | null} part of the whole; null if it is not known
   */
  working(title, text, part) {
    const cancel = !!this.token && button("Cancel", () => this.cancel(), { kind: "small" });
    const width = part === null ? 8 : Math.max(2, 100 * part);
    const line = h("div.rr-row", h("b.rr-grow.rr-cut", title), h("span.rr-muted", text), cancel);
    const bar = h("div.rr-bar", h("i", { style: `width:${width}%` }));
    fill(this.body, h("div.rr-card.rr-working", { role: "status" }, line, bar));
  }

  async cancel() {
    const { token } = this;
    clearTimeout(this.timer);
    this.reset();
    try {
      if (token) await this.server.end_upload({ token });
    } catch (error) {
      this.context.report(error);
    }
  }

  /**
   * Read the file again with other answers; null takes one back.
   * @param {Partial<Record<keyof ReadingAnswers, unknown>>} changes
   */
  async readAgain(changes) {
    this.focus.remember();
    const entries = Object.entries({ ...this.answers, ...changes });
    this.answers = Object.fromEntries(
      entries.filter(([, value]) => value !== null && value !== ""),
    );
    try {
      await this.server.read_upload({ token: this.token, said: this.answers });
      this.follow();
    } catch (error) {
      this.reset(error);
    }
  }

  /** @param {ReadOrRefused} state */
  show(state) {
    this.focus.remember();
    fill(this.body, drawReading(this, state));
    this.focus.restore();
  }

  /** @param {ReadOrRefused} state */
  toggleOptions(state) {
    this.changing = !this.changing;
    this.show(state);
  }

  /** @param {ImportTarget} target */
  async store({ dataset, into, split }) {
    const confirmed = [...this.confirmed];
    const grade_names = this.answers.grade_names ?? null;
    const { shown } = this.further;
    const payload = { token: this.token, dataset, confirmed, into, grade_names, shown };
    await this.server.store_upload({ ...payload, split: split || null });
    this.follow();
  }
}
