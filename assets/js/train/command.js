import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { saveText } from "../lib/files.js";
import { toast } from "../lib/toast.js";

export const drawRoom = ({ room, props, watch }) => {
  let open = false;
  const show = () => {
    const { command, yaml, name } = JSON.parse(props.value || "{}");
    if (!open || !command) {
      fill(room);
      return;
    }
    const code = h("pre", { class: "rr-command", tabindex: 0 }, command);
    const copy = button(
      "Copy",
      async () => {
        try {
          await navigator.clipboard.writeText(command);
          toast("Command copied");
        } catch {
          getSelection().selectAllChildren(code);
          toast("Press Ctrl C to copy the command");
        } // no clipboard on plain http
      },
      { kind: "small" },
    );
    const save = button(
      "Save the recipe",
      () => saveText(`${name}.yaml`, yaml, "application/yaml"),
      {
        kind: "small",
        icon: "download",
        title: "As a YAML file, to load here or to give to the command",
      },
    );
    fill(room, h("div", { class: "rr-sunken" }, code, h("div", { class: "rr-row" }, copy, save)));
  };
  document.addEventListener("rr-command", () => {
    open = !open;
    show();
  });
  watch("value", show);
};
