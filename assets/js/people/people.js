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
/** @type {[string, string][]} */
const SEATS = [
  ["1", "one person"],
  ["5", "5 people"],
  ["20", "20 people"],
];

/**
 * @param {HeaderServer} server
 * @param {string} user the name of who looks
 */
export function openPeople(server, user) {
  const [list, invites, created] = [h("div", skeleton(3)), h("div"), h("div")];
  const fault = h("div", { "aria-live": "polite" });
  const draw = async () => {
    const answer = await server.people_now();
    const rows = answer.people.map((person) => personRow(person, user, server, act));
    const headings = ["Name", "Role", "Signs in with", "!Actions"];
    fill(list, table("rr-table rr-people four", headings, rows));
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
  const remove = button("", () => askToRemove(remove, name, server, act), {
    kind: "quiet icon",
    icon: "trash",
    label: `Remove ${name}`,
  });
  const end = name === user ? h("span.rr-faint", "you") : remove;
  return h("tr", h("td.rr-cut", name), h("td", role), h("td.rr-muted", person.how), h("td", end));
}

/**
 * Put "Remove" in the place of the button until it is pressed or left.
 * @param {HTMLButtonElement} remove
 * @param {string} name
 * @param {HeaderServer} server
 * @param {Act} act
 */
function askToRemove(remove, name, server, act) {
  const title = `${name} loses access; the labels are kept`;
  const sure = button("Remove", () => act(server.remove_user({ name })), { kind: "danger", title });
  remove.replaceWith(sure);
  sure.focus();
  sure.addEventListener("blur", () => sure.isConnected && sure.replaceWith(remove));
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
