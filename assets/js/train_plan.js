// What a new run will do before it is started, and the command that does the same.
"use strict";
RR.rooms.train_plan = ({ room, props, watch }) => {
  const { h } = RR;
  const show = () => {
    const plan = JSON.parse(props.value || "null");
    if (!plan) { RR.fill(room, h("div", { class: "rr-sunken" }, RR.skeleton(5))); return; }
    if (plan.refused) { RR.fill(room, RR.error(plan.refused)); return; }
    RR.fill(room, h("p", { class: "rr-plan-data" }, plan.data),
      h("div", { class: "rr-sunken rr-plan" }, h("h3", {}, "What will happen"),
        h("dl", {}, plan.facts.map((fact) => h("div", { class: fact.warn ? "rr-warned" : "" }, h("dt", {}, fact.warn && RR.icon("warn"), fact.name), h("dd", {}, fact.value)))),
        plan.notices.map((notice) => h("p", { class: "rr-notice" }, RR.icon("warn"), h("span", {}, notice)))));
  };
  show();
  watch("value", show);
};
RR.rooms.train_command = ({ room, props, watch }) => {
  const { h } = RR;
  let open = false;
  const show = () => {
    const { command } = JSON.parse(props.value || "{}");
    if (!open || !command) { RR.fill(room); return; }
    const code = h("pre", { class: "rr-command", tabindex: 0 }, command);
    const copy = RR.button("Copy", async () => {
      try { await navigator.clipboard.writeText(command); RR.toast("Command copied"); }
      catch { getSelection().selectAllChildren(code); RR.toast("Press Ctrl C to copy the command"); } // no clipboard on plain http
    }, { kind: "small" });
    RR.fill(room, h("div", { class: "rr-sunken" }, code, copy));
  };
  RR.on("command", () => { open = !open; show(); });
  watch("value", show);
};
