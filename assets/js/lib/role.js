// What the user may do. Whatever has the class `rr-needs-admin` is hidden from everyone else.

/** @param {Role} role as the server last answered */
export function setRole(role) {
  document.body.classList.toggle("rr-admin", role === "admin");
}

export function isAdmin() {
  return document.body.classList.contains("rr-admin");
}
