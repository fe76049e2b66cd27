// The banner below the header while the server is away or the session has ended.

import { connection } from "../lib/connection.js";
import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { icon } from "../lib/icons.js";
import { openSignIn } from "./sign_in.js";

const AWAY =
  "Can't reach the server. Labels are saved in this browser; everything else is as you last saw it.";
const SIGNED_OUT =
  "You are signed out. Labels that you give are saved in this browser and sent once you sign in.";

/**
 * The banner about a lost connection or an ended session.
 * @param {() => Promise<unknown>} retry asks the server for anything
 * @param {() => Overview | null} overview the last one
 */
export function connectionBanner(retry, overview) {
  const banner = h("div.rr-banner", { role: "alert", hidden: true });
  const retryButton = button("Try now", () => retry().catch(() => {}), { kind: "small" });
  const signIn = () => {
    const { mode, user } = overview() ?? {};
    if (mode === "password") openSignIn(user?.name ?? "", retry);
    else window.open("login", "_blank", "noopener");
  };
  const sign = button("Sign in", signIn, { kind: "small primary" });
  listen("connection", (state) => {
    banner.hidden = state === "ok";
    if (state === "away") fill(banner, icon("offline"), h("span.rr-grow", AWAY), retryButton);
    if (state === "signed out") fill(banner, icon("lost"), h("span.rr-grow", SIGNED_OUT), sign);
    if (state === "ok") emit("back");
  });
  // A session may begin again in another window.
  window.addEventListener("focus", () => {
    if (connection.state === "signed out") retry().catch(() => {});
  });
  return banner;
}
