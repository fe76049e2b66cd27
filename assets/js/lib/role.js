// What the user may do. Whatever has the class `rr-needs-admin` is hidden from everyone else.

const user = { role: /** @type {Role} */ ("viewer") };

/** @param {Role} role as the server last answered */
export function setRole(role) {
  user.role = role;
  document.body.classList.toggle("rr-admin", role === "admin");
}

/** @returns {Role} */
export function userRole() {
  return user.role;
}

export function isAdmin() {
  return document.body.classList.contains("rr-admin");
}
