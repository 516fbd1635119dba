// Asks before a page with unsaved changes is left. A sent form counts as unsaved until the next page comes.

const unsaved = new Set();
// The form whose submission is about to leave the page, and the one that is leaving it.
let submitted = null;
let leaving = null;

document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-hd-unsaved]")) unsaved.add(target.form);
});

window.addEventListener("submit", (event) => {
  submitted = event.defaultPrevented ? null : event.target;
});

window.addEventListener("beforeunload", (event) => {
  [leaving, submitted] = [submitted, null];
  const forms = [...unsaved].filter((form) => form.isConnected && form !== leaving);
  if (forms.length > 0) event.preventDefault();
});

// Back to a page that the browser kept: what was sent from it arrived.
window.addEventListener("pagehide", () => unsaved.delete(leaving));

// A form that htmx replaced came back because something was written in it.
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt === document.body) return;
  elt.querySelectorAll("[data-hd-unsaved]").forEach((form) => unsaved.add(form));
});
