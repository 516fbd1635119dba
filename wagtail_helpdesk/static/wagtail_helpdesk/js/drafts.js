// Keeps what is typed into a form until it is sent, and offers it again in the same form: in this browser at
// once, and on the server some seconds later, for the person's other devices. Drafts belong to one person,
// expire, and never hold passwords or files.

const PREFIX = "hd-draft:";
const DAY = 24 * 60 * 60 * 1000;
const TEXT_TYPES = ["text", "search", "email", "tel", "url", "number", "date", "textarea"];
const CHOICE_TYPES = ["select-one", "select-multiple", "checkbox", "radio"];
const KEPT_TYPES = [...TEXT_TYPES, ...CHOICE_TYPES];

// Forms that show a draft from before, and the keys of the drafts that are written on this page.
const continued = new WeakSet();
const active = new Set();

// -- storage --------------------------------------------------------------------------------------

/** Return the draft of a key, or null; a browser may refuse storage altogether. */
export function loadDraft(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function storeDraft(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Full or refused: the form works all the same.
  }
}

function removeDraft(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Refused: there is nothing to remove.
  }
}

function listKeys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

export const removeDrafts = (isObsolete = () => true) =>
  listKeys().filter(isObsolete).forEach(removeDraft);

// -- owner: what the page says about the person and the site --------------------------------------

/** Return what the nearest owner of a part says, or null where drafts are not kept. */
function findOwner(part) {
  const data = part.closest?.("[data-hd-person]")?.dataset;
  if (!data) return null;
  return {
    prefix: `${PREFIX}${data.hdPerson}:`,
    loggedOut: Number(data.hdLoggedOut),
    lifetime: Number(data.hdDraftDays) * DAY,
  };
}

// Drafts are dated by the server's clock, which also dates the log out.
let clockOffset = 0;
const now = () => Date.now() + clockOffset;

/** Remove the drafts of other people, those that are too old, and those from before a log out. */
export function removeObsolete({ prefix, loggedOut, lifetime }) {
  removeDrafts((key) => {
    const saved = loadDraft(key)?.saved ?? 0;
    return !key.startsWith(prefix) || saved < loggedOut || saved + lifetime <= now();
  });
}

const findKey = (form) => {
  const owner = findOwner(form);
  return owner?.lifetime > 0 ? owner.prefix + form.dataset.hdDraft : null;
};

// -- the copy on the server ----------------------------------------------------------------------------

/** What is typed within these milliseconds is sent together. */
const SEND_DELAY = 3000;
/** In characters: browsers send no more once a page is left. */
const MAX_KEEPALIVE = 20_000;

// Forms whose draft is to be sent, by its key, with their timers; and the keys that the server may have.
const waiting = new Map();
const onServer = new Set();

const findUrl = (form) => form.closest("[data-hd-person]")?.dataset.hdDraftsUrl;

/** Return the draft that the page brought for a form, or null. */
function readStored(form) {
  const { hdStored } = form.querySelector("[data-hd-draft-offer]")?.dataset ?? {};
  return hdStored ? { ...JSON.parse(hdStored), stored: true } : null;
}

function cancelSending(key) {
  clearTimeout(waiting.get(key)?.timer);
  waiting.delete(key);
}

function scheduleSending(form, key) {
  if (!findUrl(form) || waiting.has(key)) return;
  waiting.set(key, { form, timer: setTimeout(sendDraft, SEND_DELAY, key) });
}

async function sendDraft(key) {
  const { form } = waiting.get(key);
  cancelSending(key);
  const draft = loadDraft(key);
  if (!draft && !onServer.has(key)) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken?.value ?? "");
  body.set("form", form.dataset.hdDraft);
  body.set("draft", draft ? JSON.stringify(draft) : "");
  const keepalive = body.get("draft").length < MAX_KEEPALIVE;
  if (draft) onServer.add(key);
  else onServer.delete(key);
  try {
    const { ok } = await fetch(findUrl(form), { method: "POST", body, keepalive });
    if (ok) markStored(key, draft);
  } catch {
    // No network: the copy in the browser remains, and the next change is sent again.
  }
}

/** Note that the server has the draft, unless it changed meanwhile. */
function markStored(key, draft) {
  const kept = loadDraft(key);
  if (draft && kept?.saved === draft.saved) storeDraft(key, { ...kept, stored: true });
}

const sendWaiting = () => [...waiting.keys()].forEach(sendDraft);

/** Remove a draft everywhere. */
function discardDraft(form, key) {
  removeDraft(key);
  cancelSending(key);
  if (!onServer.has(key)) return;
  scheduleSending(form, key);
  sendWaiting();
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") sendWaiting();
});

// -- fields ---------------------------------------------------------------------------------------

function listFields(form) {
  return [...form.elements].filter(
    (field) =>
      field.name && KEPT_TYPES.includes(field.type) && !field.closest("[data-hd-no-draft]"),
  );
}

function valuesOf(field, isInitial) {
  if (field.type === "checkbox" || field.type === "radio") {
    return (isInitial ? field.defaultChecked : field.checked) ? [field.value] : [];
  }
  if (!field.options) return [isInitial ? field.defaultValue : field.value];
  const options = [...field.options];
  const chosen = options.filter((option) => (isInitial ? option.defaultSelected : option.selected));
  const shown = chosen.length === 0 && field.type === "select-one" ? options.slice(0, 1) : chosen;
  return shown.map((option) => option.value);
}

/** Return the values of the fields that a draft keeps: name → list of values. */
export function readFields(form, { initial = false } = {}) {
  const fields = {};
  for (const field of listFields(form)) {
    fields[field.name] = [...(fields[field.name] ?? []), ...valuesOf(field, initial)];
  }
  return fields;
}

export function writeFields(form, fields) {
  for (const field of listFields(form)) {
    const values = fields[field.name];
    if (!values) continue;
    const isChosen = ({ value }) => values.includes(value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = isChosen(field);
    else if (!field.options) field.value = values[0] ?? "";
    else [...field.options].forEach((option) => (option.selected = isChosen(option)));
  }
}

const joinValues = (values) => values.map((value) => value.trim()).join("\n");
const isSame = (values, others) => joinValues(values) === joinValues(others);
const isBlank = (fields) => Object.values(fields).every((values) => joinValues(values) === "");
const pick = (fields, names) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));

/** Return the fields of a draft that the form has and shows otherwise. */
export function findDifferences(form, draft) {
  const shown = readFields(form);
  return pick(
    draft.fields,
    Object.keys(shown).filter((name) => !isSame(draft.fields[name] ?? shown[name], shown[name])),
  );
}

// -- keeping --------------------------------------------------------------------------------------

const listFileNames = (form) =>
  [...form.elements].flatMap(({ files }) => [...(files ?? [])].map((file) => file.name));

function saveDraft(form) {
  const key = findKey(form);
  if (!key) return;
  const [shown, initial] = [readFields(form), readFields(form, { initial: true })];
  const before = active.has(key) ? Object.keys(loadDraft(key)?.fields ?? {}) : [];
  const changed = Object.keys(shown).filter((name) => !isSame(shown[name], initial[name]));
  const fields = pick(shown, [...before, ...changed]);
  active.add(key);
  const isUntouched = continued.has(form) ? isBlank(fields) : changed.length === 0;
  scheduleSending(form, key);
  if (isUntouched) return removeDraft(key);
  const submission = form.elements.submission?.value ?? "";
  storeDraft(key, { saved: now(), fields, files: listFileNames(form), submission });
}

const findForm = ({ target }) => (target.form ?? target).closest?.("form[data-hd-draft]");

for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    const form = findForm(event);
    if (form) saveDraft(form);
  });
}

// The draft carries the submission that sends it: what is sent a second time is recorded once.
window.addEventListener("submit", (event) => {
  const form = findForm(event);
  const key = form && findKey(form);
  if (!active.has(key)) return;
  saveDraft(form);
  // The form itself is on its way.
  cancelSending(key);
});

// -- offering -------------------------------------------------------------------------------------

/** Return the newer one of the two copies, or null. */
function findDraft(form, key) {
  const [kept, stored] = [loadDraft(key), readStored(form)];
  if (stored) onServer.add(key);
  else if (kept?.stored && !active.has(key)) {
    // It was sent or deleted on another device.
    removeDraft(key);
    return null;
  }
  return stored && stored.saved > (kept?.saved ?? 0) ? stored : kept;
}

function offerDraft(form, key) {
  const draft = findDraft(form, key);
  if (!draft) return;
  const differences = findDifferences(form, draft);
  if (Object.keys(differences).length === 0) {
    storeDraft(key, draft);
    continueDraft(form, key);
  } else if (!isBlank(differences)) showOffer(form, key, draft);
}

function showOffer(form, key, draft) {
  const offer = form.querySelector("[data-hd-draft-offer]");
  offer.querySelector("[data-hd-draft-date]").textContent = formatDate(draft.saved - clockOffset);
  const files = offer.querySelector("[data-hd-draft-files]");
  files.hidden = draft.files.length === 0;
  files.querySelector("[data-hd-draft-names]").textContent = draft.files.join(", ");
  offer.hidden = false;
  // Composers may be folded.
  const folded = form.closest("details");
  if (folded) folded.open = true;
  offer.querySelector("[data-hd-draft-restore]").onclick = () => restoreDraft(form, key, draft);
  offer.querySelector("[data-hd-draft-delete]").onclick = () => {
    discardDraft(form, key);
    closeOffer(form);
  };
}

function formatDate(milliseconds) {
  const style = { dateStyle: "medium", timeStyle: "short" };
  const { lang } = document.documentElement;
  // English alone is American English to a browser: the month first, and twelve hours.
  const language = lang === "en" ? "en-GB" : lang || undefined;
  return new Intl.DateTimeFormat(language, style).format(milliseconds);
}

function restoreDraft(form, key, draft) {
  writeFields(form, draft.fields);
  const { submission } = form.elements;
  if (draft.submission && submission) submission.value = draft.submission;
  storeDraft(key, draft);
  continueDraft(form, key);
  // Other modules follow what is typed and chosen.
  const restored = listFields(form).filter((field) => field.name in draft.fields);
  for (const name of ["input", "change"]) {
    restored.forEach((field) => field.dispatchEvent(new Event(name, { bubbles: true })));
  }
  closeOffer(form);
}

/** Go on with a draft that the form already shows. */
function continueDraft(form, key) {
  active.add(key);
  continued.add(form);
  saveDraft(form);
}

function closeOffer(form) {
  form.querySelector("[data-hd-draft-offer]").hidden = true;
  (form.querySelector("textarea") ?? form).focus();
}

// -- the end of a draft ---------------------------------------------------------------------------

const SENT_COOKIE = "helpdesk_sent";

/** Return the submissions that the server accepted since the last page, and forget them. */
function takeAccepted() {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith(`${SENT_COOKIE}=`));
  if (!cookie) return [];
  document.cookie = `${SENT_COOKIE}=; Max-Age=0; Path=/; SameSite=Lax`;
  return cookie.slice(SENT_COOKIE.length + 1).split(".");
}

function removeAccepted() {
  const accepted = takeAccepted();
  if (accepted.length === 0) return;
  removeDrafts((key) => {
    const isAccepted = accepted.includes(loadDraft(key)?.submission);
    if (isAccepted) {
      active.delete(key);
      onServer.delete(key);
      cancelSending(key);
    }
    return isAccepted;
  });
}

document.addEventListener("hd:enhance", ({ target }) => {
  removeAccepted();
  const clock = target.querySelector("[data-hd-now]");
  if (clock) clockOffset = Number(clock.dataset.hdNow) - Date.now();
  const isOwner = target.matches?.("[data-hd-person]");
  const owned = isOwner ? target : target.querySelector("[data-hd-person]");
  if (owned) removeObsolete(findOwner(owned));
  target.querySelectorAll("form[data-hd-draft]").forEach((form) => {
    const key = findKey(form);
    if (key) offerDraft(form, key);
  });
});

// Thrown away on purpose.
document.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-hd-dismiss]")?.closest("form[data-hd-draft]");
  if (!form) return;
  const key = findKey(form);
  discardDraft(form, key);
  active.delete(key);
});

/** Return whether a URL logs out; a site with other URLs marks its form or link. */
export const isLogOut = (element, url) =>
  element.matches("[data-hd-logout]") || /\/logout\/?($|[?#])/.test(url);

/** Leave nothing in this browser; the server keeps its copies for the next log in. */
function leaveNothing() {
  sendWaiting();
  removeDrafts();
}

document.addEventListener("submit", ({ target }) => {
  if (isLogOut(target, target.getAttribute("action") || location.pathname)) leaveNothing();
});
document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[href]");
  if (link && isLogOut(link, link.href)) leaveNothing();
});
