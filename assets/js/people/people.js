import { button, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { choiceField, fieldForm, secretField } from "../lib/forms.js";
import { openPanel } from "../lib/panel.js";

export const ROLES = [
  ["viewer", "viewer: look and rank"],
  ["annotator", "annotator: label pairs"],
  ["admin", "admin: change everything"],
];

export const openPeople = (server, now) => {
  const list = h("div", {}, skeleton(3)),
    links = h("div"),
    made = h("div");
  const draw = async () => {
    const found = await server.people_now();
    fill(
      list,
      h(
        "table",
        { class: "rr-table rr-people four" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["Name", "Role", "Signs in by", ""].map((word) => h("th", { scope: "col" }, word)),
          ),
        ),
        h("tbody", {}, found.people.map(person)),
      ),
    );
    fill(
      links,
      found.invites.map((one) =>
        h(
          "div",
          { class: "rr-row rr-open-invite" },
          h(
            "span",
            { class: "rr-grow" },
            `${plural(one.places, "place")} as ${one.role}, open until ${new Date(one.expires_at * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" })}`,
          ),
          linkButton("Withdraw", () => tried(server.withdraw({ id: one.id }))),
        ),
      ),
    );
  };
  const fault = h("div", { "aria-live": "polite" });
  const tried = (done) =>
    done
      .then(() => {
        fill(fault);
        return draw();
      })
      .catch((error) => {
        fill(fault, errorBox(error));
        return draw();
      });
  const person = (one) =>
    h(
      "tr",
      {},
      h("td", { class: "rr-cut" }, one.name),
      h(
        "td",
        {},
        choiceField(
          `Role of ${one.name}`,
          ROLES.map(([key]) => [key, key]),
          one.role,
          (role) => tried(server.set_role({ name: one.name, role })),
        ).input,
      ),
      h("td", { class: "rr-muted" }, one.how),
      h(
        "td",
        {},
        one.name === now.user.name
          ? h("span", { class: "rr-faint" }, "you")
          : button("", (event) => sure(event.currentTarget, one), {
              kind: "quiet icon",
              icon: "trash",
              label: `Remove ${one.name}`,
            }),
      ),
    );
  const sure = (remove, one) => {
    const word = button("Remove", () => tried(server.remove_user({ name: one.name })), {
      kind: "danger",
      title: `${one.name} loses access; the labels stay`,
    });
    remove.replaceWith(word);
    word.focus();
    word.addEventListener("blur", () => word.isConnected && word.replaceWith(remove));
  };
  const role = choiceField("May", ROLES.slice(0, 2), "annotator"),
    places = choiceField(
      "For",
      [
        ["1", "one person"],
        ["5", "5 people"],
        ["20", "20 people"],
      ],
      "1",
    );
  const invite = fieldForm([role, places], "Make an invite link", async (as, count) => {
    const told = await server.invite({ role: as, places: Number(count) });
    fill(
      made,
      secretField(
        new URL(`invite?token=${told.token}`, document.baseURI).href,
        "Whoever opens this link comes in. It is shown this once and lasts 7 days.",
      ),
    );
    await draw();
  });
  const dialog = openPanel(
    "People and invites",
    list,
    fault,
    h("h3", {}, "Invite"),
    invite,
    made,
    links,
  );
  dialog.classList.add("wide");
  draw().catch((error) => fill(list, errorBox(error)));
};
