import { errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo } from "../lib/format.js";
import { fieldForm, secretField, textField } from "../lib/forms.js";
import { openPanel } from "../lib/panel.js";

export const openKeys = (server) => {
  const list = h("div", {}, skeleton(2)),
    made = h("div");
  const draw = async () => {
    const keys = await server.list_keys();
    fill(
      list,
      keys.length
        ? h(
            "table",
            { class: "rr-table rr-people" },
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ["Name", "Begins with", "Last used", ""].map((word) =>
                  h("th", { scope: "col" }, word),
                ),
              ),
            ),
            h(
              "tbody",
              {},
              keys.map((key) =>
                h(
                  "tr",
                  {},
                  h("td", { class: "rr-cut" }, key.name),
                  h("td", { class: "rr-mono" }, key.start),
                  h("td", { class: "rr-muted" }, key.used_at ? formatAgo(key.used_at) : "never"),
                  h(
                    "td",
                    {},
                    linkButton("End", () => server.end_key({ id: key.id }).then(draw)),
                  ),
                ),
              ),
            ),
          )
        : h("p", { class: "rr-muted" }, "No keys yet."),
    );
  };
  const name = textField("Key name");
  openPanel(
    "API keys",
    h(
      "p",
      { class: "rr-muted" },
      "A program that sends Authorization: Bearer and a key acts as you, with your role.",
    ),
    list,
    fieldForm([name], "Create key", async (told) => {
      const key = await server.make_key({ name: told });
      fill(made, secretField(key.key, "Copy it now: it is shown this once."));
      name.input.value = "";
      await draw();
    }),
    made,
  ).classList.add("wide");
  draw().catch((error) => fill(list, errorBox(error)));
};
