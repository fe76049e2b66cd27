// Above the stream: order, what is offered, disputed pairs, and whether everything is saved.
"use strict";
RR.annotate.bar = (A) => {
  const { h } = RR;
  const ORDERS = [["unlabelled", "unlabelled first"], ["query", "by query"], ["random", "random"]];
  const left = h("div", { class: "rr-an-left" }), right = h("div", { class: "rr-an-right" });
  const state = h("span", { class: "rr-an-state", role: "status" }), heard = h("div", { class: "rr-sr", "aria-live": "polite" });
  const count = h("span", { class: "rr-an-count" }), bar = h("div", { class: "rr-bar" }, h("i"));
  const phone = h("div", { class: "rr-an-phone" }, count);
  const node = h("div", { class: "rr-an-bar" }, phone, left, h("div", { class: "rr-grow" }), right, state, bar, heard);
  let told = "";
  const choose = (order) => A.choose({ order });

  A.menu = () => [
    ...ORDERS.map(([order, word]) => ({ text: `Order: ${word}`, icon: A.order === order ? "check" : undefined, act: () => choose(order) })), "-",
    ...(A.stream.came_labelled && A.stream.came_unlabelled ? [{ text: A.imported ? "Leave out pairs that came with a label" : "Also pairs that came with a label", act: () => A.choose({ imported: !A.imported }) }] : []),
    ...(A.progress?.disputed ? [{ text: `Disputed pairs`, more: RR.int(A.progress.disputed), icon: "disputed", act: () => (A.stream.may.decide ? A.enterDisputed() : choose("disputed")) }] : []),
    { text: "History of this pair", icon: "clock", act: () => RR.annotate.showHistory(A) }, { text: "Guidelines", icon: "info", act: () => RR.annotate.showGuidelines(A) }, { text: "All keys", act: () => RR.annotate.showKeys(A) }];

  let drawn = null; // what the controls were drawn from: they keep the focus while it is the same
  const drawControls = () => {
    const now = JSON.stringify([A.dataset, !!A.review, !!A.stream, A.order, A.imported, A.progress?.disputed]);
    if (now === drawn) return;
    drawn = now;
    drawOrders(); drawRight();
  };
  const drawCount = () => {
    const now = A.progress;
    RR.fill(count, now && !A.review ? [h("b", {}, RR.int(now.done)), ` of ${RR.int(now.total)} · ${RR.int(now.today)} today`] : null);
    bar.firstChild.style.width = now?.total ? `${(100 * now.done) / now.total}%` : "0";
  };
  const drawOrders = () => {
    if (A.review) { RR.fill(left, RR.button("Back to labelling", () => A.leaveDisputed(), { kind: "quiet", icon: "left" })); return; }
    if (!A.stream?.may.label) { left.replaceChildren(); return; }
    const extra = A.order === "skipped" ? [["skipped", "skipped"]] : A.order === "disputed" || (A.progress?.disputed && !A.stream.may.decide) ? [["disputed", "disputed"]] : [];
    const segment = h("div", { class: "rr-segment", role: "group", "aria-label": "Order" }, [...ORDERS, ...extra].map(([order, word]) => h("button", { type: "button", "aria-pressed": String(A.order === order), onclick: () => choose(order) }, word)));
    const box = h("input", { type: "checkbox" });
    box.checked = A.imported;
    box.addEventListener("change", () => A.choose({ imported: box.checked }));
    const both = A.stream.came_labelled && A.stream.came_unlabelled;
    RR.fill(left, h("span", { class: "rr-muted" }, "Order"), segment, both ? h("label", { class: "rr-an-check" }, box, "Also pairs that came with a label") : null);
  };
  const drawRight = () => {
    const disputed = A.progress?.disputed;
    if (A.review || !A.stream?.may.decide || !disputed) { right.replaceChildren(); return; }
    RR.fill(right, h("button", { type: "button", class: "rr-button rr-an-todisputed", onclick: () => A.enterDisputed() }, h("i"), "Disputed", h("b", {}, RR.int(disputed))));
  };
  return {
    node,
    count: drawCount,
    say: (text) => { heard.textContent = text; },
    draw: (outbox) => {
      drawControls(); drawCount();
      node.classList.toggle("review", !!A.review);
      if (outbox) draw(outbox); else state.replaceChildren();
    },
    state: (outbox) => draw(outbox),
  };
  function draw(outbox) {
    const n = outbox.count();
    const [kind, icon, text] = !n ? ["saved", "check", "Saved"] : outbox.offline ? ["offline", "offline", `Offline, ${RR.int(n)} kept here`] : ["waiting", "upload", `${RR.int(n)} waiting`];
    if (text === told) return;
    // A save that is on its way for a moment is not worth telling.
    const tell = () => { told = text; state.className = `rr-an-state ${kind}`; RR.fill(state, RR.icon(icon), text); };
    clearTimeout(draw.timer);
    if (kind === "waiting" && told === "Saved") draw.timer = setTimeout(() => { if (outbox.count()) draw2(outbox); }, 300);
    else tell();
  }
  function draw2(outbox) { told = ""; const n = outbox.count(); if (n && !outbox.offline) { told = `${RR.int(n)} waiting`; state.className = "rr-an-state waiting"; RR.fill(state, RR.icon("upload"), told); } else draw(outbox); }
};
