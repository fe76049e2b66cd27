// What a finished run gives away: its files as a zip, its card, a push to the Hub.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";

export const fileSize = (bytes) =>
  bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(1)} GB`
    : bytes >= 1e6
      ? `${Math.round(bytes / 1e6)} MB`
      : `${Math.max(1, Math.round(bytes / 1e3))} kB`;

export const runFiles = (server) => {
  const title = h("summary", {}),
    body = h("div", { class: "rr-files-body" }),
    fault = h("div", {});
  const box = h("details", { class: "rr-files rr-hidden" }, title, body);
  const repo = h("input", {
    class: "rr-field",
    id: "rr-push-repo",
    placeholder: "team/model",
    autocomplete: "off",
    spellcheck: "false",
  });
  const token = h("input", {
    class: "rr-field",
    id: "rr-push-token",
    type: "password",
    autocomplete: "off",
  });
  const open = h("input", { type: "checkbox", id: "rr-push-private", checked: true });
  let run = null,
    told = null,
    asking = false,
    drawn = "";

  const push = async () => {
    try {
      fill(fault);
      told.pushed = await server.push({
        run: run.id,
        repo: repo.value,
        token: token.value,
        private: open.checked,
      });
      token.value = "";
      asking = false;
      draw();
    } catch (error) {
      fill(fault, errorBox(error));
    }
  };
  const form = () =>
    h(
      "form",
      {
        class: "rr-push rr-sunken",
        onsubmit: (event) => {
          event.preventDefault();
          push();
        },
      },
      h("div", {}, h("label", { class: "rr-label", for: "rr-push-repo" }, "Name on the Hub"), repo),
      h(
        "div",
        {},
        h(
          "label",
          { class: "rr-label", for: "rr-push-token" },
          "Token with write access, or empty for this machine's own",
        ),
        token,
      ),
      h(
        "label",
        { class: "rr-check" },
        open,
        h("span", {}, "Private: only you and your team see it"),
      ),
      h(
        "p",
        { class: told.quotes ? "rr-notice" : "rr-muted" },
        told.quotes ? icon("warn") : null,
        h(
          "span",
          {},
          told.quotes
            ? "The card quotes training texts: this run's recipe asked for it."
            : "The card quotes no training texts; the files hold weights, tokenizer and card.",
        ),
      ),
      fault,
      h(
        "div",
        { class: "rr-row" },
        h("button", { type: "submit", class: "rr-button primary" }, "Push to the Hub"),
        button(
          "Cancel",
          () => {
            asking = false;
            fill(fault);
            draw();
          },
          { kind: "quiet" },
        ),
      ),
    );
  const state = (pushed) => {
    if (!pushed) return null;
    if (pushed.state === "failed") return errorBox(`Not pushed to ${pushed.repo}. ${pushed.error}`);
    const kind = pushed.private ? "private" : "public";
    if (pushed.state === "pushing")
      return h("p", { class: "rr-muted", role: "status" }, `Pushing to ${pushed.repo}, ${kind} …`);
    return h(
      "p",
      { role: "status" },
      `Pushed ${formatAgo(pushed.time)}, ${kind}: `,
      h("a", { href: pushed.url, target: "_blank", rel: "noopener noreferrer" }, pushed.repo),
    );
  };
  const draw = () => {
    const key = JSON.stringify([run.id, told, asking]);
    if (key === drawn) return;
    drawn = key;
    title.textContent = `Model: ${plural(told.files.length, "file")}, ${fileSize(told.bytes)}; card, download, Hub`;
    fill(
      body,
      h(
        "div",
        { class: "rr-row" },
        h(
          "a",
          { class: "rr-button", href: `runs/${run.id}/model.zip`, download: "" },
          icon("download"),
          "Download the model",
        ),
        told.whole &&
          h(
            "a",
            {
              class: "rr-button",
              href: `runs/${run.id}/run.zip`,
              download: "",
              title: "Recipe, frozen pairs, events and model",
            },
            "Download the whole run",
          ),
        asking
          ? null
          : button(
              "Push to the Hub …",
              () => {
                asking = true;
                draw();
                repo.focus();
              },
              { icon: "upload" },
            ),
      ),
      state(told.pushed),
      asking ? form() : null,
      h(
        "table",
        { class: "rr-files-list" },
        h(
          "tbody",
          {},
          told.files.map((file) =>
            h(
              "tr",
              {},
              h("td", {}, file.name),
              h("td", { class: "rr-num rr-muted" }, fileSize(file.bytes)),
            ),
          ),
        ),
      ),
      told.card
        ? h(
            "details",
            { class: "rr-card-text" },
            h("summary", {}, "The model's card"),
            h("pre", { tabindex: 0 }, told.card),
          )
        : null,
    );
  };
  const show = (next, found) => {
    run = next;
    const kept = found && found.id === run.id && found.files.length;
    box.classList.toggle("rr-hidden", !kept);
    if (!kept) {
      drawn = "";
      return;
    }
    if (told?.id !== found.id) {
      asking = false;
      box.open = false;
      fill(fault);
      repo.value = "";
    }
    told = found;
    draw();
  };
  return {
    box,
    show,
    get waits() {
      return told?.id === run?.id && told?.pushed?.state === "pushing";
    },
  };
};
