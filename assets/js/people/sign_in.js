// Signing in again without leaving the page, after a session has ended.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { fieldForm, textField } from "../lib/forms.js";
import { Refused } from "../lib/server.js";

const TEXT = "Your session has ended. What you typed on this page is kept.";
const FAILED = "Sign-in failed. Try again.";

/**
 * Open the dialog that signs in again.
 * @param {string} name of the user whose session ended
 * @param {() => unknown} signedIn
 */
export function openSignIn(name, signedIn) {
  const user = textField("Name", { value: name, complete: "username" });
  const password = textField("Password", { type: "password", complete: "current-password" });
  const form = fieldForm([user, password], "Sign in", async (as, secret) => {
    const fault = await signIn(as, secret);
    if (fault) {
      password.input.value = "";
      password.input.focus();
      throw new Refused(fault);
    }
    dialog.close();
    signedIn();
  });
  const dialog = openDialog("Sign in", "", h("p.rr-muted", TEXT), form);
  (name ? password : user).input.focus();
}

/**
 * The sentence of what failed; "" for a session that has begun.
 * @param {string} name
 * @param {string} password
 */
async function signIn(name, password) {
  const body = new URLSearchParams({ name, password, next: "/" });
  const answer = await fetch("login", { method: "POST", body, redirect: "manual" });
  if (answer.type === "opaqueredirect") return ""; // signed in, and sent on
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".fault")?.textContent || FAILED;
}
