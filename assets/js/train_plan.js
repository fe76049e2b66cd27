// What a new run will do before it is started, and the command that does the same.
"use strict";
RR.rooms.train_plan = ({ room, props, watch, trigger }) => {
  const { h } = RR;
  const measure = () => {
    const link = h("span", { class: "rr-muted" }, "Measuring, about 20 s …");
    room.querySelector(".rr-plan-measure")?.replaceChildren(link);
    trigger("measure", {});
  };
  let last = null;
  const show = () => {
    const plan = JSON.parse(props.value || "null");
    if (!plan) { RR.fill(room, h("div", { class: "rr-sunken" }, RR.skeleton(5))); return; }
    if (plan.refused) { // what stood there stays, so that the fields below do not jump
      if (last) { draw(last); room.firstChild.replaceWith(RR.error(plan.refused)); } else RR.fill(room, RR.error(plan.refused));
      room.classList.toggle("rr-plan-old", !!last);
      return;
    }
    last = plan;
    room.classList.remove("rr-plan-old");
    draw(plan);
  };
  const draw = (plan) => {
    RR.fill(room, h("p", { class: "rr-plan-data" }, plan.data),
      h("div", { class: "rr-sunken rr-plan" }, h("h3", {}, "What will happen"),
        h("dl", {}, plan.facts.map((fact) => h("div", { class: fact.warn ? "rr-warned" : "" }, h("dt", {}, fact.warn && RR.icon("warn"), fact.name), h("dd", {}, fact.value)))),
        plan.measurable ? h("p", { class: "rr-plan-measure" }, RR.link("Measure this machine", measure)) : null,
        plan.notices.map((notice) => h("p", { class: "rr-notice" }, RR.icon("warn"), h("span", {}, notice)))));
  };
  show();
  watch("value", show);
};
RR.rooms.train_command = ({ room, props, watch }) => {
  const { h } = RR;
  let open = false;
  const show = () => {
    const { command, yaml, name } = JSON.parse(props.value || "{}");
    if (!open || !command) { RR.fill(room); return; }
    const code = h("pre", { class: "rr-command", tabindex: 0 }, command);
    const copy = RR.button("Copy", async () => {
      try { await navigator.clipboard.writeText(command); RR.toast("Command copied"); }
      catch { getSelection().selectAllChildren(code); RR.toast("Press Ctrl C to copy the command"); } // no clipboard on plain http
    }, { kind: "small" });
    const save = RR.button("Save the recipe", () => RR.save(`${name}.yaml`, yaml, "application/yaml"), { kind: "small", icon: "download", title: "As a YAML file, to load here or to give to the command" });
    RR.fill(room, h("div", { class: "rr-sunken" }, code, h("div", { class: "rr-row" }, copy, save)));
  };
  RR.on("command", () => { open = !open; show(); });
  watch("value", show);
};
// Why the form is filled as it is: the advisor's reasons, what a card asks for and cannot have.
RR.rooms.train_why = ({ room, props, watch }) => {
  const { h } = RR;
  const show = () => {
    const why = JSON.parse(props.value || "{}"), parts = [];
    if (why.refused) parts.push(RR.error(why.refused));
    if (why.note) parts.push(h("p", { class: "rr-why-note" }, why.note));
    if (why.card) parts.push(h("p", { class: "rr-why-note" }, why.fit ? "This card was printed by CrossEncoder.fit(), which trained with an optimizer of its own: choose which of the two." : "The form holds what the card says."));
    if (why.choices) parts.push(h("dl", { class: "rr-why" }, why.choices.map((choice) => h("div", {}, h("dt", {}, choice.name, h("b", {}, choice.value)), h("dd", {}, choice.reason)))));
    for (const notice of why.notices || []) parts.push(h("p", { class: "rr-notice" }, RR.icon("warn"), h("span", {}, notice)));
    RR.fill(room, parts.length ? h("div", { class: "rr-why-box" }, parts) : null);
  };
  show();
  watch("value", show);
};
// Let the browser keep a text as a file.
RR.save = (name, text, type) => {
  const address = URL.createObjectURL(new Blob([text], { type }));
  RR.h("a", { download: name, href: address }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};
// Show or hide the fields under a title of the form.
RR.fold = (name) => {
  const open = document.getElementById(`${name}-fields`).classList.toggle("open");
  document.getElementById(name).setAttribute("aria-expanded", String(open));
};
