// People and their roles, and invite links; for admins.

import { button, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatDay, plural } from "../lib/format.js";
import { choiceField, fieldForm, secretField } from "../lib/forms.js";
import { table } from "../lib/table.js";

/** @type {[Role, string][]} */
const ROLES = [
  ["viewer", "viewer: look and rank"],
  ["annotator", "annotator: label pairs"],
  ["admin", "admin: change everything"],
];
/** @type {[string, string]} hidden on phones */
const HOW = ["Signs in with", "rr-how"];
/** @type {[string, string][]} */
const SEATS = [
  ["1", "one person"],
  ["5", "5 people"],
  ["20", "20 people"],
];

/**
 * Open the list of people and invites.
 * @param {HeaderServer} server
 * @param {string} user the name of who looks
 */
export function openPeople(server, user) {
  const [list, invites, created] = [h("div", skeleton(3)), h("div"), h("div")];
  const fault = h("div", { "aria-live": "polite" });
  const draw = async () => {
    const answer = await server.people_now();
    const rows = answer.people.map((person) => personRow(person, user, server, act));
    const headings = ["Name", "Role", HOW, "API keys", "!Actions"];
    fill(list, table("rr-table rr-people five", headings, rows));
    fill(
      invites,
      answer.invites.map((invite) => openInvite(invite, server, act)),
    );
  };
  /** @type {Act} */
  const act = async (done) => {
    try {
      await done;
      fill(fault);
    } catch (error) {
      fill(fault, errorBox(error));
    }
    await draw();
  };
  const form = inviteForm(server, created, draw);
  const heading = h("h3", "Invite");
  openDialog("People and invites", "wide", list, fault, heading, form, created, invites);
  draw().catch((error) => fill(list, errorBox(error)));
}

/** @typedef {(done: Promise<unknown>) => Promise<void>} Act waits, shows what failed, redraws */

/**
 * @param {Person} person
 * @param {string} user
 * @param {HeaderServer} server
 * @param {Act} act
 */
function personRow(person, user, server, act) {
  const name = person.name;
  const names = ROLES.map(([key]) => /** @type {[string, string]} */ ([key, key]));
  const setRole = (/** @type {string} */ role) => act(server.set_role({ name, role }));
  const role = choiceField(`Role of ${name}`, names, person.role, setRole).input;
  const title = `${name} loses access; the labels are kept`;
  const label = `Remove ${name}`;
  const remove = button("", () => confirm(remove, "Remove", title, removed), {
    kind: "quiet icon",
    icon: "trash",
    label,
  });
  const removed = () => act(server.remove_user({ name }));
  const end = name === user ? h("span.rr-faint", "you") : remove;
  const how = h("td.rr-muted.rr-how", person.how);
  const keys = h("td", keysOf(person, server, act));
  return h("tr", h("td.rr-cut", name), h("td", role), how, keys, h("td", end));
}

/**
 * How many API keys a person has, as a button that ends them.
 * @param {Person} person
 * @param {HeaderServer} server
 * @param {Act} act
 */
function keysOf({ name, keys }, server, act) {
  if (!keys) return h("span.rr-faint", "none");
  const title = `Programs that use the API keys of ${name} lose access`;
  const ended = () => act(server.end_keys({ owner: name }));
  const end = linkButton(`Revoke ${plural(keys, "key")}`, () =>
    confirm(end, "Revoke", title, ended),
  );
  end.setAttribute("aria-label", `Revoke the API keys of ${name}`);
  return end;
}

/**
 * Put a button that acts in the place of one that asks, until it is pressed or left.
 * @param {HTMLButtonElement} asking
 * @param {string} word
 * @param {string} title
 * @param {() => unknown} confirmed
 */
function confirm(asking, word, title, confirmed) {
  const sure = button(word, confirmed, { kind: "danger", title });
  asking.replaceWith(sure);
  sure.focus();
  sure.addEventListener("blur", () => sure.isConnected && sure.replaceWith(asking));
}

/**
 * @param {Invite} invite
 * @param {HeaderServer} server
 * @param {Act} act
 */
function openInvite(invite, server, act) {
  const text = `${plural(invite.places, "use")} as ${invite.role}, open until ${formatDay(invite.expires_at)}`;
  const withdraw = linkButton("Withdraw", () => act(server.withdraw({ id: invite.id })));
  return h("div.rr-row.rr-open-invite", h("span.rr-grow", text), withdraw);
}

/**
 * @param {HeaderServer} server
 * @param {HTMLElement} created
 * @param {() => Promise<void>} draw
 */
function inviteForm(server, created, draw) {
  const role = choiceField("Role", ROLES.slice(0, 2), "annotator");
  const seats = choiceField("Uses", SEATS, "1");
  return fieldForm([role, seats], "Create an invite link", async (as, count) => {
    const { token } = await server.invite({ role: as, places: Number(count) });
    const link = new URL(`invite?token=${token}`, document.baseURI).href;
    const note =
      "Anyone who opens this link can join. It is shown only once and is valid for 7 days.";
    fill(created, secretField(link, note));
    await draw();
  });
}
