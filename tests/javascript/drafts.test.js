import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { click, dispatch, find, load, show, submit, type } from "./page.js";

const drafts = await load("drafts");

const NOW = Date.UTC(2026, 10, 30, 9, 49);
const DAY = 24 * 60 * 60 * 1000;
mock.timers.enable({ apis: ["Date", "setTimeout"], now: NOW });
const sent = mock.method(globalThis, "fetch", async () => ({ ok: true })).mock;

const OFFER = `<div hidden data-hd-draft-offer data-hd-now=NOW STORED><span data-hd-draft-date></span>
  <p data-hd-draft-files><span data-hd-draft-names></span></p>
  <button type=button data-hd-draft-restore></button><button type=button data-hd-draft-delete></button></div>`;
const FIELDS = `<input type=hidden name=submission value=first><input name=subject value="Template">
  <textarea name=text></textarea>`;

let ticket = 0;

/** Return a page with the form of the ticket at hand, as a person finds it. */
function page({
  person = "lea", fields = FIELDS, days = 7, loggedOut = 0, now = Date.now(), url = "", stored = null,
} = {}) {
  const copy = stored && `data-hd-stored='${JSON.stringify(stored)}'`;
  const offer = OFFER.replace("NOW", now).replace("STORED", copy ?? "");
  return `<div data-hd-person=${person} data-hd-draft-days=${days} data-hd-logged-out=${loggedOut}
    data-hd-drafts-url="${url}"><form data-hd-draft=comment-${ticket}>${offer}${fields}<a data-hd-dismiss></a></form></div>`;
}

/** Show the page in a browser that was closed in between: what lives in memory begins anew. */
function reopen(options) {
  const [key] = Object.keys(localStorage);
  const draft = key && localStorage.getItem(key);
  const person = options?.person ?? "lea";
  ticket += 1;
  if (key) {
    localStorage.clear();
    const owner = key.split(":")[1];
    localStorage.setItem(`hd-draft:${owner}:comment-${ticket}`, draft);
  }
  show(page({ ...options, person }));
}

const isOffered = () => !find("[data-hd-draft-offer]").hidden;
const stored = () => Object.keys(localStorage).length;

beforeEach(() => {
  mock.timers.tick(10_000);
  mock.timers.setTime(NOW);
  localStorage.clear();
  sent.resetCalls();
  ticket += 1;
  show(page());
});

test("what is typed is kept at once", () => {
  type("textarea", "Il fait froid");
  assert.deepEqual(drafts.loadDraft(`hd-draft:lea:comment-${ticket}`), {
    saved: NOW,
    fields: { text: ["Il fait froid"] },
    files: [],
    submission: "first",
  });
});

test("what was never changed is not kept", () => {
  type("[name=subject]", "Template");
  assert.equal(stored(), 0);
});

test("what was emptied again is not kept", () => {
  type("textarea", "Il");
  type("textarea", "");
  assert.equal(stored(), 0);
});

test("a draft is offered in the same form", () => {
  type("textarea", "Il fait froid");
  reopen();
  assert.equal(isOffered(), true);
  assert.match(find("[data-hd-draft-date]").textContent, /^30 Nov 2026, \d\d:49$/);
  assert.equal(find("textarea").value, "", "it is offered, and not filled in");
});

test("a draft that is continued fills the form with its own submission", () => {
  type("textarea", "Il fait froid");
  reopen({ fields: FIELDS.replace("first", "second") });
  click("[data-hd-draft-restore]");
  assert.equal(find("textarea").value, "Il fait froid");
  assert.equal(find("[name=submission]").value, "first");
  assert.equal(find("[name=subject]").value, "Template");
  assert.equal(isOffered(), false);
  assert.equal(document.activeElement, find("textarea"));
});

test("other modules follow what is filled in", () => {
  type("textarea", "Il fait froid");
  reopen();
  const heard = [];
  for (const name of ["input", "change"]) document.addEventListener(name, () => heard.push(name), { once: true });
  click("[data-hd-draft-restore]");
  assert.deepEqual(heard, ["input", "change"]);
});

test("a draft that is deleted is gone", () => {
  type("textarea", "Il fait froid");
  reopen();
  click("[data-hd-draft-delete]");
  assert.equal(stored(), 0);
  assert.equal(isOffered(), false);
});

test("a form that shows the draft already continues it", () => {
  type("textarea", "Il fait froid");
  reopen({ fields: FIELDS.replace("></textarea>", ">Il fait froid</textarea>").replace("first", "renewed") });
  assert.equal(isOffered(), false);
  type("textarea", "Il fait froid ici");
  const [draft] = Object.values(localStorage).map(JSON.parse);
  assert.deepEqual([draft.fields.text, draft.submission], [["Il fait froid ici"], "renewed"]);
});

test("a form that was renewed in the page continues its draft", () => {
  type("textarea", "Il fait froid");
  const fields = FIELDS.replace("></textarea>", ">Il fait froid</textarea>");
  show(page({ fields: fields.replace("Template", "Another template") }));
  assert.equal(isOffered(), false);
  assert.equal(stored(), 1);
});

test("a form that comes back without what was typed offers it", () => {
  type("textarea", "Il fait froid");
  show(page());
  assert.equal(isOffered(), true);
});

test("choices are kept, passwords and files are not", () => {
  show(page({ fields: `<input type=password name=secret><input type=file name=files>
    <input type=radio name=to value=a><input type=radio name=to value=b><input type=checkbox name=guest>
    <select name=until><option>today</option><option>tomorrow</option></select>` }));
  find("[value=b]").checked = find("[name=guest]").checked = true;
  find("select").value = "tomorrow";
  type("[type=password]", "secret");
  const [draft] = Object.values(localStorage).map(JSON.parse);
  assert.deepEqual(draft.fields, { to: ["b"], guest: ["on"], until: ["tomorrow"] });
  show(page({ fields: `<input type=radio name=to value=b><input type=checkbox name=guest>` }));
  drafts.writeFields(find("form"), draft.fields);
  assert.equal(find("[value=b]").checked && find("[name=guest]").checked, true);
});

test("parts that are marked are not kept", () => {
  show(page({ fields: "<p data-hd-no-draft><input name=category></p>" }));
  type("[name=category]", "12");
  assert.equal(stored(), 0);
});

test("files that were chosen are named, for they have to be chosen again", () => {
  Object.defineProperty(find("form").elements.text, "files", { value: [{ name: "plan.pdf" }] });
  type("textarea", "Voir le plan");
  reopen();
  assert.equal(find("[data-hd-draft-files]").hidden, false);
  assert.equal(find("[data-hd-draft-names]").textContent, "plan.pdf");
});

test("a draft is gone when its form was accepted", () => {
  type("textarea", "Il fait froid");
  document.cookie = "helpdesk_sent=other.first; Path=/";
  dispatch(document, "hd:enhance");
  assert.equal(stored(), 0);
  assert.equal(document.cookie, "");
});

test("a draft stays when another form was accepted", () => {
  type("textarea", "Il fait froid");
  document.cookie = "helpdesk_sent=other; Path=/";
  dispatch(document, "hd:enhance");
  assert.equal(stored(), 1);
});

test("sending keeps the submission that is sent", () => {
  type("textarea", "Il fait froid");
  find("[name=submission]").value = "renewed";
  submit();
  assert.equal(JSON.parse(Object.values(localStorage)[0]).submission, "renewed");
});

test("another person finds nothing, and the draft is gone", () => {
  type("textarea", "Il fait froid");
  reopen({ person: "karim" });
  assert.equal(isOffered(), false);
  assert.equal(stored(), 0);
});

test("a draft is gone after the days that the site sets", () => {
  type("textarea", "Il fait froid");
  mock.timers.setTime(NOW + 7 * DAY - 1);
  reopen();
  assert.equal(isOffered(), true);
  mock.timers.setTime(NOW + 7 * DAY);
  reopen();
  assert.equal(stored(), 0);
});

test("a site without drafts keeps none", () => {
  type("textarea", "Il fait froid");
  reopen({ days: 0 });
  assert.equal(stored(), 0);
  type("textarea", "Toujours");
  assert.equal(stored(), 0);
});

test("a draft from before a log out is gone", () => {
  type("textarea", "Il fait froid");
  reopen({ loggedOut: NOW + 1 });
  assert.equal(stored(), 0);
});

test("a browser whose clock is wrong keeps what was typed after a log out", () => {
  show(page({ now: NOW + DAY, loggedOut: NOW + DAY - 1 }));
  type("textarea", "Il fait froid");
  reopen({ now: NOW + DAY, loggedOut: NOW + DAY - 1 });
  assert.equal(isOffered(), true);
});

for (const [way, html, leave] of [
  ["a form", `<form id=out action=/admin/logout/></form>`, () => submit("#out")],
  ["a link", `<a id=out href=/accounts/logout/?next=/>Out</a>`, () => click("#out")],
  ["a form that is marked", `<form id=out action=/bye/ data-hd-logout></form>`, () => submit("#out")],
]) {
  test(`logging out by ${way} removes all drafts`, () => {
    type("textarea", "Il fait froid");
    document.body.insertAdjacentHTML("beforeend", html);
    find("#out").addEventListener("click", (event) => event.preventDefault());
    leave();
    assert.equal(stored(), 0);
  });
}

test("dismissing a form throws its draft away", () => {
  type("textarea", "Il fait froid");
  click("[data-hd-dismiss]");
  assert.equal(stored(), 0);
});

test("a draft that cannot be read is not offered", () => {
  localStorage.setItem(`hd-draft:lea:comment-${ticket}`, "{");
  show(page());
  assert.equal(isOffered(), false);
});

test("a browser that refuses storage harms nothing", () => {
  const storage = globalThis.localStorage;
  globalThis.localStorage = { setItem: () => { throw new Error("full"); }, getItem: () => null };
  try {
    type("textarea", "Il fait froid");
    assert.equal(find("textarea").value, "Il fait froid");
  } finally {
    globalThis.localStorage = storage;
  }
});

// -- the copy on the server --

const URL_OF_DRAFTS = "/helpdesk/drafts/";
const TOKEN = "<input type=hidden name=csrfmiddlewaretoken value=token>";
const ON_SERVER = { saved: NOW - 1000, fields: { text: ["Il gèle"] }, files: [], submission: "other" };

const showStored = (options) =>
  show(page({ url: URL_OF_DRAFTS, fields: TOKEN + FIELDS, ...options }));
const bodies = () => sent.calls.map(({ arguments: [, { body }] }) => Object.fromEntries(body));
/** Let answers of the server arrive. */
const settle = () => new Promise(setImmediate);
const hide = () => {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  dispatch(document, "visibilitychange");
  delete document.visibilityState;
};

test("what is typed is sent to the server together, some seconds later", () => {
  showStored();
  type("textarea", "Il");
  mock.timers.tick(2000);
  type("textarea", "Il gèle");
  assert.equal(sent.callCount(), 0);
  mock.timers.tick(1000);
  const [{ csrfmiddlewaretoken, form, draft }] = bodies();
  assert.deepEqual([csrfmiddlewaretoken, form], ["token", `comment-${ticket}`]);
  assert.deepEqual(JSON.parse(draft).fields, { text: ["Il gèle"] });
  assert.equal(sent.calls[0].arguments[0], URL_OF_DRAFTS);
  mock.timers.tick(10_000);
  assert.equal(sent.callCount(), 1);
});

test("what is typed is sent at once when the page is left", () => {
  showStored();
  type("textarea", "Il gèle");
  hide();
  assert.equal(sent.callCount(), 1);
  assert.equal(sent.calls[0].arguments[1].keepalive, true);
});

test("a site without the URL for drafts keeps drafts in the browser alone", () => {
  type("textarea", "Il gèle");
  hide();
  assert.equal(sent.callCount(), 0);
  assert.equal(stored(), 1);
});

test("a draft of another device is offered, and continued with its submission", () => {
  showStored({ stored: ON_SERVER });
  assert.equal(isOffered(), true);
  click("[data-hd-draft-restore]");
  assert.equal(find("textarea").value, "Il gèle");
  assert.equal(find("[name=submission]").value, "other");
});

test("the newer one of two drafts is offered", () => {
  type("textarea", "Il fait froid");
  showStored({ stored: ON_SERVER });
  click("[data-hd-draft-restore]");
  assert.equal(find("textarea").value, "Il fait froid");
  ticket += 1;
  localStorage.clear();
  show(page());
  type("textarea", "Il fait froid");
  showStored({ stored: { ...ON_SERVER, saved: NOW + 1 } });
  click("[data-hd-draft-restore]");
  assert.equal(find("textarea").value, "Il gèle");
});

test("a draft that another device sent or deleted is gone here too", async () => {
  showStored();
  type("textarea", "Il gèle");
  hide();
  await settle();
  reopen({ url: URL_OF_DRAFTS });
  assert.equal(isOffered(), false);
  assert.equal(stored(), 0);
});

test("what the server has not got yet is kept, whatever the page says", async () => {
  showStored();
  type("textarea", "Il");
  hide();
  await settle();
  type("textarea", "Il gèle");
  reopen({ url: URL_OF_DRAFTS });
  assert.equal(isOffered(), true);
});

test("what the server refused is kept in the browser", async () => {
  sent.mockImplementationOnce(async () => ({ ok: false }));
  showStored();
  type("textarea", "Il gèle");
  hide();
  await settle();
  reopen({ url: URL_OF_DRAFTS });
  assert.equal(isOffered(), true);
});

for (const [way, leave] of [
  ["deleted", () => click("[data-hd-draft-delete]")],
  ["dismissed", () => click("[data-hd-dismiss]")],
]) {
  test(`a draft that is ${way} is deleted on the server at once`, () => {
    showStored({ stored: ON_SERVER });
    leave();
    assert.deepEqual(bodies().map(({ draft }) => draft), [""]);
  });
}

test("a text that is emptied again is deleted on the server", () => {
  showStored();
  type("textarea", "Il");
  hide();
  type("textarea", "");
  hide();
  assert.deepEqual(bodies().map(({ draft }) => draft !== ""), [true, false]);
});

test("a form that is being sent sends no draft", () => {
  showStored();
  type("textarea", "Il gèle");
  submit();
  hide();
  assert.equal(sent.callCount(), 0);
});

test("a log out sends what was typed last, and leaves nothing in the browser", async () => {
  showStored();
  type("textarea", "Il gèle");
  document.body.insertAdjacentHTML("beforeend", "<form id=out action=/admin/logout/></form>");
  submit("#out");
  await settle();
  mock.timers.tick(10_000);
  assert.deepEqual(bodies().map(({ draft }) => draft !== ""), [true]);
  assert.equal(stored(), 0);
});
