// API keys of the user.

import { errorBox, linkButton, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo } from "../lib/format.js";
import { fieldForm, secretField, textField } from "../lib/forms.js";
import { table } from "../lib/table.js";

/**
 * Open the list of the user's API keys.
 * @param {HeaderServer} server
 */
export function openKeys(server) {
  const [list, created] = [h("div", skeleton(2)), h("div")];
  /** @type {(id: number) => Promise<unknown>} */
  const revoke = (id) => server.end_key({ id }).then(draw);
  const draw = async () => fill(list, keyTable(await server.list_keys(), revoke));
  const name = textField("Key name");
  const form = fieldForm([name], "Create key", async (word) => {
    const { key } = await server.make_key({ name: word });
    fill(created, secretField(key, "Copy it now: it is shown only once."));
    name.input.value = "";
    await draw();
  });
  const text = "A program that sends Authorization: Bearer and a key acts as you, with your role.";
  openDialog("API keys", "wide", h("p.rr-muted", text), list, form, created);
  draw().catch((error) => fill(list, errorBox(error)));
}

/**
 * @param {ApiKey[]} keys
 * @param {(id: number) => unknown} revoke
 */
function keyTable(keys, revoke) {
  if (!keys.length) return h("p.rr-muted", "No keys yet.");
  const rows = keys.map((key) => {
    const used = key.used_at ? formatAgo(key.used_at) : "never";
    const name = h("td.rr-cut", key.name);
    const end = h(
      "td",
      linkButton("Revoke", () => revoke(key.id)),
    );
    return h("tr", name, h("td.rr-mono", key.start), h("td.rr-muted", used), end);
  });
  return table("rr-table rr-people", ["Name", "Starts with", "Last used", "!Actions"], rows);
}
