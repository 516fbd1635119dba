// Sends a form once: a second submission is held back until the first is answered or given up.

/** Milliseconds after which a form without an answer can be sent again; the server accepts it once. */
export const PATIENCE = 10_000;

const ONCE = "form[data-hd-once]";
const timers = new Map();

const submitButtons = (form) => [...form.elements].filter((field) => field.type === "submit");

export function hold(form) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(release, PATIENCE, form));
  // Not `disabled`, which would take the focus away and leave the pressed button out of the request.
  submitButtons(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
}

export function release(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  submitButtons(form).forEach((button) => button.removeAttribute("aria-disabled"));
}

export const releaseAll = () => [...timers.keys()].forEach(release);

document.addEventListener(
  "submit",
  (event) => {
    if (!timers.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
window.addEventListener("submit", (event) => {
  if (event.target.matches(ONCE) && !event.defaultPrevented) hold(event.target);
});

// Requests of htmx, which prevents the submission.
document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  const form = elt.closest(ONCE);
  if (form) hold(form);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.requestConfig.elt.closest(ONCE);
  if (form) release(form);
});

// Browsers do not report that their Stop button was pressed. These are the signs that the person is still
// on the page: the failed navigation where it is reported, Escape, which stops loading, the page shown
// again, the question before leaving answered with no, and text that is typed on.
window.navigation?.addEventListener("navigateerror", releaseAll);
window.addEventListener("pageshow", releaseAll);
window.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") releaseAll();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) releaseAll();
});
window.addEventListener("beforeunload", (event) => {
  // Runs once the question is answered, on the page that stays.
  setTimeout(() => {
    if (event.defaultPrevented) releaseAll();
  }, 0);
});
document.addEventListener("input", ({ target }) => {
  if (timers.has(target.form)) release(target.form);
});
