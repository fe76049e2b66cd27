// What the user may do. Whatever has the class `rr-needs-admin` is hidden from everyone else,
// and `rr-needs-annotator` from viewers.

const user = { role: /** @type {Role} */ ("viewer") };

/**
 * Set the role of the user, which the header has read.
 * @param {Role} role as the server last answered
 */
export function setRole(role) {
  user.role = role;
  document.body.classList.toggle("rr-admin", role === "admin");
  document.body.classList.toggle("rr-annotator", role !== "viewer");
}

/**
 * The role of the user.
 * @returns {Role}
 */
export function userRole() {
  return user.role;
}

/** Whether the user is an admin. */
export function isAdmin() {
  return document.body.classList.contains("rr-admin");
}
