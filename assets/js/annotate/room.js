// The Annotate room: the stream of pairs, and what happens when a key is pressed.

import { address } from "../lib/address.js";
import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { scaleAnswers } from "../lib/labels.js";
import { isTyping, isVisible, poll } from "../lib/poll.js";
import { errorSentence, Refused } from "../lib/server.js";
import { toast } from "../lib/toast.js";
import { agreementSection } from "./agreement.js";
import { annotatorsSection } from "./annotators.js";
import { streamBar } from "./bar.js";
import { pairCard } from "./card.js";
import { rememberChoices, rememberedChoices } from "./choices.js";
import { openGuidelines, openStreamKeys } from "./dialogs.js";
import { disputedSection } from "./disputed.js";
import { openPairHistory } from "./history.js";
import { lastLabels } from "./last.js";
import { openOutbox } from "./outbox.js";
import { sideRail } from "./rail.js";
import { settingsSection } from "./settings.js";

const SECTIONS = {
  agreement: agreementSection,
  annotators: annotatorsSection,
  disputed: disputedSection,
  settings: settingsSection,
};

export const drawRoom = ({ room, server }) => {
  const AHEAD = 20,
    REFILL = 10,
    KEPT = 10;
  const A = {
    room,
    server,
    turn: 0,
    dataset: null,
    stream: null,
    order: "unlabelled",
    imported: false,
    current: null,
    buffer: [],
    last: [],
    own: new Map(),
    note: "",
    progress: null,
  };
  let loading = 0,
    ended = false,
    failures = 0,
    outbox = null,
    since = 0;

  const parts = { card: pairCard(A), rail: sideRail(A), bar: streamBar(A), last: lastLabels(A) };
  const errors = h("div", { class: "rr-an-errors" });
  const stream = h(
    "div",
    { class: "rr-an" },
    h("div", { class: "rr-an-main" }, parts.card.node, parts.last.node),
    parts.rail.node,
  );
  const review = h("div", { class: "rr-an-second rr-hidden" });
  fill(room, h("h1", { class: "rr-sr" }, "Annotate"), parts.bar.node, errors, stream, review);
  const midnight = () => new Date().setHours(0, 0, 0, 0) / 1000;
  const fault = (text, error, again) =>
    fill(
      errors,
      errorBox(
        `${text}${errorSentence(error)}`,
        again
          ? button(
              "Try again",
              () => {
                errors.replaceChildren();
                again();
              },
              { kind: "small" },
            )
          : button("Close", () => errors.replaceChildren(), { kind: "small" }),
      ),
    );

  // -- a dataset comes into hand
  const open = async (dataset) => {
    const turn = ++A.turn;
    Object.assign(A, {
      dataset: dataset || null,
      stream: null,
      current: null,
      buffer: [],
      last: [],
      own: new Map(),
      note: "",
      progress: null,
      candidates: null,
    });
    errors.replaceChildren();
    A.leaveReview();
    if (!dataset) {
      parts.card.noDataset();
      draw();
      return;
    }
    parts.card.loading();
    try {
      const told = await server.stream({ dataset });
      if (turn !== A.turn) return;
      A.stream = told;
    } catch (error) {
      if (turn === A.turn) fault("", error, () => open(dataset));
      return;
    }
    const known = rememberedChoices(dataset);
    A.order = A.stream.order;
    A.imported = known.imported ?? !A.stream.came_unlabelled;
    if (!A.stream.may.label) {
      parts.card.mayNot();
      draw();
      return;
    }
    outbox = openOutbox(A.stream.user, send, outboxChanged);
    parts.card.prepare();
    restart();
    refreshLast();
    refreshProgress();
    refreshAgreement();
    watchScoring();
  };
  const restart = () => {
    A.turn += 1;
    loading = 0;
    ended = false;
    Object.assign(A, { current: null, buffer: [], candidates: null });
    parts.card.loading();
    draw();
    fillBuffer();
  };
  A.choose = (changes) => {
    Object.assign(A, changes);
    rememberChoices(A.dataset, { imported: A.imported });
    A.leaveReview();
    restart();
    refreshProgress();
  };
  // The owner's choice, for everyone who labels this dataset.
  A.setOrder = async (order, run = null) => {
    try {
      await A.server.set_stream({ dataset: A.dataset, order, run });
      await A.reopen();
      parts.bar.say("The order is changed for everyone");
    } catch (error) {
      fault("The order was not changed. ", error);
    }
  };
  A.reopen = async () => {
    // after a setting changed: the same dataset under its new rules
    const dataset = A.dataset,
      told = await server.stream({ dataset });
    if (dataset !== A.dataset) return;
    A.stream = told;
    A.order = told.order;
    parts.card.prepare();
    restart();
    refreshProgress();
    watchScoring();
  };

  // The owner changed something: the pair in hand stays, those ahead are asked for anew.
  const follow = async () => {
    const dataset = A.dataset,
      before = A.stream;
    let told;
    try {
      told = await server.stream({ dataset });
    } catch {
      return;
    } // asked again with the next progress
    if (dataset !== A.dataset || A.stream !== before) return;
    if (A.order === before.order) A.order = told.order;
    A.stream = told;
    A.buffer = [];
    ended = false;
    parts.card.prepare();
    draw();
    fillBuffer();
    watchScoring();
    if (told.guidelines.version !== before.guidelines.version)
      toast(`The guidelines changed: version ${told.guidelines.version}`);
  };

  // -- the pairs ahead: always some in hand, so that the next one is there at once
  const inHand = () =>
    [
      ...new Set([
        ...(outbox ? outbox.pairs() : []),
        ...(A.current ? [A.current.id] : []),
        ...A.buffer.map((pair) => pair.id),
      ]),
    ].slice(0, 100);
  const ask = (n) =>
    server.next_pairs({
      dataset: A.dataset,
      order: A.order,
      imported: A.imported,
      n,
      have: inHand(),
    });
  const fillBuffer = async () => {
    if (!A.stream || loading === A.turn || ended || A.buffer.length >= REFILL) return;
    const turn = A.turn;
    loading = turn;
    try {
      const told = await ask(AHEAD);
      if (turn !== A.turn) return;
      A.buffer = A.buffer.filter((pair) => !told.gone.includes(pair.id));
      const known = new Set(inHand());
      A.buffer.push(...told.pairs.filter((pair) => !known.has(pair.id)));
      ended = told.pairs.length === 0;
      failures = 0;
      loading = 0;
      if (!A.current) advance();
    } catch (error) {
      if (turn !== A.turn) return;
      loading = 0;
      failures += 1;
      if (error instanceof Refused && !error.fault) {
        fault("", error, fillBuffer);
        return;
      }
      if (!A.current) parts.card.unreachable();
      setTimeout(fillBuffer, Math.min(1000 * 2 ** failures, 15000));
    }
  };
  const advance = () => {
    A.current = A.buffer.shift() || null;
    A.note = A.current?.note || "";
    A.shown = performance.now();
    A.away = 0;
    if (A.current) parts.card.show(A.current);
    else if (ended) {
      parts.card.done();
      refreshProgress();
    } else parts.card.loading();
    drawBeside();
    fillBuffer();
  };
  A.open = (pair) => {
    // a pair that was chosen: the one in hand waits behind it
    if (A.current && A.current.id !== pair.id) A.buffer.unshift(A.current);
    A.buffer = [pair, ...A.buffer.filter((other) => other.id !== pair.id)];
    advance();
    parts.card.node.scrollIntoView({ block: "nearest" });
  };
  A.take = async (id) => {
    const ahead = A.buffer.find((pair) => pair.id === id);
    if (ahead) {
      A.open(ahead);
      return;
    }
    const turn = A.turn;
    try {
      const pair = await server.take({ pair: id });
      if (turn === A.turn && pair)
        A.open({ ...pair, again: A.own.has(pair.id) || pair.label !== null });
    } catch (error) {
      fault("", error);
    }
  };

  // -- labels: painted first, kept in this browser, sent behind
  A.give = (label) => {
    const pair = A.current;
    if (!pair) return;
    const seconds = Math.round((performance.now() - A.shown - A.away) / 100) / 10;
    parts.card.flash(label);
    A.change(pair, label, A.note, seconds);
    advance();
  };
  A.change = (pair, label, note, seconds = null) => {
    const again = pair.again || A.last.some((row) => row.id === pair.id);
    outbox.add({
      kind: "annotate",
      dataset: A.dataset,
      pair: pair.id,
      label,
      note: note ?? null,
      seconds,
      drawn: pair.drawn,
      guidelines: A.stream.guidelines.version,
    });
    A.own.set(pair.id, label);
    A.last = [
      { ...pair, label, note, at: Date.now() / 1000 },
      ...A.last.filter((row) => row.id !== pair.id),
    ].slice(0, KEPT);
    if (A.progress && !again) count(label, 1);
    parts.rail.own(pair.id, label);
    drawBeside();
  };
  A.undo = () => {
    const row = A.last.shift();
    if (!row) {
      parts.bar.say("Nothing to undo");
      return;
    }
    outbox.add({ kind: "undo", dataset: A.dataset, pair: row.id });
    A.own.delete(row.id);
    if (A.progress) count(row.label, -1);
    parts.rail.own(row.id, undefined);
    drawBeside();
    A.open({ ...row, label: null });
    parts.bar.say("Undone");
  };
  const count = (label, by) => {
    A.progress.done = Math.max(0, A.progress.done + by);
    A.progress.waiting = Math.max(0, A.progress.waiting - by);
    A.progress[label === null ? "skipped" : "today"] = Math.max(
      0,
      A.progress[label === null ? "skipped" : "today"] + by,
    );
  };
  const send = async (change) => {
    const told = await server[change.kind === "undo" ? "undo" : "annotate"](change);
    if (change.kind === "undo" && change.dataset === A.dataset) {
      ended = false;
      undone = true;
    }
    return told;
  };
  let undone = false,
    timer = null;
  const outboxChanged = ({ refused, change }) => {
    parts.bar.state(outbox);
    if (refused)
      fault(
        change.kind === "undo" ? "One label was not taken back. " : "One label was not kept. ",
        refused,
      );
    if (outbox.count()) return;
    if (undone || refused) {
      undone = false;
      refreshLast();
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!outbox.count()) {
        refreshProgress();
        emit("changed");
      }
    }, 2500);
  };

  // -- what stands beside the stream
  const refresh = async (ask, take) => {
    const dataset = A.dataset;
    if (!A.stream?.may.label) return;
    try {
      const told = await ask();
      if (dataset === A.dataset && !outbox.count()) take(told);
    } catch {
      /* asked again later */
    }
  };
  const refreshProgress = () => {
    since = midnight();
    return refresh(
      () => server.progress({ dataset: A.dataset, since, imported: A.imported }),
      (told) => {
        A.progress = told;
        draw();
        if (!A.current && ended) parts.card.done();
        if (told.rules !== A.stream.rules) follow();
      },
    );
  };
  const refreshLast = () =>
    refresh(
      () => server.last_labels({ dataset: A.dataset }),
      (told) => {
        A.last = told;
        drawLast();
      },
    );
  const refreshAgreement = () =>
    refresh(
      () => server.agree({ dataset: A.dataset }),
      (told) => {
        A.agreement = told;
        parts.rail.draw();
      },
    );
  // The pair is painted first; what stands beside it is drawn after that frame.
  let due = false;
  const drawBeside = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        due = false;
        parts.card.measure();
        drawLast();
        parts.rail.draw();
        parts.bar.count();
        parts.rail.query(A.current);
      }, 0),
    );
  };
  function drawLast() {
    parts.last.draw();
    parts.card.last();
  }
  const draw = () => {
    parts.bar.draw(outbox);
    parts.rail.draw();
    drawLast();
  };
  A.again = () => {
    ended = false;
    parts.card.loading();
    fillBuffer();
  };
  A.grown = () => {
    ended = false;
    parts.rail.again();
    if (A.current) parts.rail.query(A.current);
    fillBuffer();
    refreshProgress();
    emit("changed");
  };
  A.refresh = () => {
    refreshProgress();
    refreshLast();
  };
  A.say = parts.bar.say;
  A.fault = fault;
  A.tell = (text) => fault(text, new Refused(""));
  A.redraw = draw;

  // -- a run scores the pairs behind, so that those it is uncertain about can come first
  let watching = 0;
  const watchScoring = async () => {
    const turn = ++watching,
      dataset = A.dataset;
    let ran = false;
    A.scoring = null;
    if (A.stream?.order !== "uncertain") {
      parts.bar.draw(outbox);
      return;
    }
    try {
      A.scoring = await server.score_pairs({ dataset });
      while (turn === watching && dataset === A.dataset && A.scoring.running && room.isConnected) {
        ran = true;
        parts.bar.draw(outbox);
        await new Promise((resolve) => setTimeout(resolve, 3000));
        if (isVisible(room)) A.scoring = await server.scoring({ dataset });
      }
    } catch (error) {
      A.scoring = { refused: errorSentence(error) };
    }
    if (turn !== watching) return;
    if (ran) A.buffer = []; // those ahead were drawn without the scores
    ended = false;
    fillBuffer();
    parts.bar.draw(outbox);
  };

  // -- disputes, agreement, annotators and settings have a view of their own
  A.enterReview = (section) => {
    stream.classList.add("rr-hidden");
    review.classList.remove("rr-hidden");
    A.review = SECTIONS[section](A, review);
    A.review.name = section;
    parts.bar.draw(outbox);
    parts.bar.focus();
  };
  A.leaveReview = () => {
    if (!A.review) return;
    A.review = null;
    review.replaceChildren();
    review.classList.add("rr-hidden");
    stream.classList.remove("rr-hidden");
    parts.bar.draw(outbox);
    refreshProgress();
  };

  // -- keys: off while typing, with a modifier, in hidden tabs, under a menu or a dialog
  const KEYS = {
    s: () => A.give(null),
    u: A.undo,
    n: () => parts.card.note(),
    g: () => openGuidelines(A),
    h: () => openPairHistory(A),
    "?": () => openStreamKeys(A),
    " ": (event) => parts.card.turn(event.shiftKey),
  };
  // On a layout without Latin letters, or with digits behind Shift, the place of the key counts.
  const keyOf = (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key.length > 1 || /[a-z0-9? ]/.test(key)) return key;
    return /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1].toLowerCase() ?? key;
  };
  const pressed = (event) => {
    if (!room.isConnected) {
      document.removeEventListener("keydown", pressed);
      return;
    }
    if (event.repeat && event.key !== " ") return;
    if (
      !A.stream?.may.label ||
      !isVisible(room) ||
      isTyping(event) ||
      document.querySelector("dialog[open], .rr-menu")
    )
      return;
    if (event.key === " " && event.target.closest?.("button, a, summary")) return;
    const key = keyOf(event),
      answer = scaleAnswers(A.stream.scale).find((one) => one.key === key);
    const act = A.review
      ? A.review.keys?.[key] || (answer && A.review.decide && (() => A.review.decide(answer.value)))
      : answer
        ? () => A.give(answer.value)
        : KEYS[key];
    if (!act) return;
    event.preventDefault();
    act(event);
  };
  document.addEventListener("keydown", pressed);
  let hiddenAt = null;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = performance.now();
    else if (hiddenAt) {
      A.away += performance.now() - hiddenAt;
      hiddenAt = null;
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (outbox?.count()) event.preventDefault();
  });
  listen("dataset", open);
  listen("changed", () => {
    if (A.stream && !outbox?.count() && !A.current) {
      ended = false;
      fillBuffer();
    }
  });
  poll(room, 15, async () => {
    parts.last.times();
    if (A.stream && outbox && !outbox.count()) {
      await refreshProgress();
      if (midnight() !== since) since = midnight();
    }
  });
  poll(room, 120, async () => {
    // keeps the leases of what is in hand
    if (!A.stream?.may.label) return;
    const told = await ask(0);
    A.buffer = A.buffer.filter((pair) => !told.gone.includes(pair.id));
    ended = false;
    refreshAgreement();
    fillBuffer();
  });
  open(address.dataset);
};
