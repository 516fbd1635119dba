// What htmx loads into a page: which answers are shown, and what happens with the others. Forms that search
// or change their category on a page of the helpdesk, and blocks on the pages of the site.

/** A form comes back to be corrected (422), already sent (409) or to be sent later (429). */
const SHOWN = [200, 409, 422, 429];

const inFlight = new Map();
// What the swap that begins would lose.
let kept = null;

const isOurs = (elt) => elt.closest("[data-hd-root]") !== null;
const isInBlock = (elt) => elt.closest("[data-hd-fragment]") !== null;
const findFailure = (elt) => elt.closest("form")?.querySelector("[data-hd-failed]");

/** Return whether a response is the part that was requested; `shouldSwap` is what htmx thinks. */
export function isShown(elt, xhr, shouldSwap) {
  if (isInBlock(elt)) return SHOWN.includes(xhr.status);
  const page = new DOMParser().parseFromString(xhr.response, "text/html");
  return shouldSwap && page.querySelector(elt.dataset.hxSelect) !== null;
}

/** Return the text fields in which something was typed after the form was sent, with their values. */
export function findTypedSince(target, formData) {
  return [...target.querySelectorAll("[type=text], textarea")]
    .filter(({ name, value }) => formData.has(name) && value !== formData.get(name))
    .map(({ name, value }) => [name, value]);
}

function keepState(target, formData) {
  const focused = target.contains(document.activeElement) ? document.activeElement.name : "";
  kept = { target, focused, typed: findTypedSince(target, formData) };
}

function restoreState() {
  if (!kept) return;
  const { target, focused, typed } = kept;
  kept = null;
  const part = target.isConnected ? target : document.getElementById(target.id);
  const findField = (wanted) =>
    [...part.querySelectorAll("[name]")].find(({ name }) => name === wanted);
  for (const [name, value] of typed) {
    const field = findField(name);
    if (field) field.value = value;
  }
  // The focus goes to a message first, when the part is enhanced.
  if (focused && !part.querySelector("[data-hd-focus]")) findField(focused)?.focus();
  if (isInBlock(part)) part.closest("[data-hd-root]").hidden = part.childElementCount === 0;
}

/** Say that the server could not answer; what was typed stays where it is. */
function stay(elt, failure) {
  failure.hidden = false;
  failure.scrollIntoView?.({ block: "nearest" });
  const former = elt.matches("[data-hd-refill]") && elt.querySelector("option[selected]");
  if (former) former.selected = true;
}

const buildHidden = (name, value) =>
  Object.assign(document.createElement("input"), { type: "hidden", name, value });

/** Send the form as a page, as without JavaScript: a page explains what is refused. */
function leave(elt, formData) {
  const form = elt.closest("form");
  if (isInBlock(elt)) {
    // A change of category opens no ticket.
    if (formData.has("refill")) form.append(buildHidden("refill", "1"));
    form.submit();
  } else {
    // The button is sent too: its name says that nothing is to be recorded.
    form.requestSubmit(elt.type === "submit" ? elt : elt.querySelector("[type=submit]"));
  }
}

function handleFailure(elt, status, formData) {
  if (!elt.closest("form")) return;
  const failure = findFailure(elt);
  const isUnanswered = status === 0 || status >= 500;
  if (failure && isUnanswered) stay(elt, failure);
  // After the request has ended: until then the form is held back.
  else if (isInBlock(elt) || !isUnanswered) setTimeout(leave, 0, elt, formData);
}

document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target, xhr } }) => {
  if (!isOurs(elt)) return;
  inFlight.set(elt, xhr);
  findFailure(elt)?.setAttribute("hidden", "");
  if (isInBlock(target)) target.ariaBusy = "true";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr, shouldSwap, target } = event.detail;
  const { elt, formData } = requestConfig;
  if (!isOurs(elt)) return;
  event.detail.shouldSwap = isShown(elt, xhr, shouldSwap);
  event.detail.isError = false;
  if (event.detail.shouldSwap) keepState(target, formData);
  else handleFailure(elt, xhr.status, formData);
});

document.addEventListener("htmx:afterSwap", restoreState);

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail: { requestConfig } }) => {
    const { elt, formData } = requestConfig;
    if (isOurs(elt)) handleFailure(elt, 0, formData);
  });
}

document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig, target } }) => {
  inFlight.delete(requestConfig.elt);
  target.ariaBusy = null;
});

// A newer choice or a second attempt replaces the request that is still on its way.
function abortRequests(isReplaced) {
  [...inFlight].filter(([elt]) => isReplaced(elt)).forEach(([, xhr]) => xhr.abort());
}
document.addEventListener(
  "submit",
  ({ target }) => abortRequests((elt) => elt.closest("form") === target),
  true,
);
document.addEventListener(
  "change",
  ({ target }) => abortRequests((elt) => elt.matches("[data-hd-refill]") && elt.contains(target)),
  true,
);
