import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { dispatch, find, load, show } from "./page.js";

const { buildUrl } = await load("recipients");

const FIELDS = `<input type=radio name=mode value=comment checked><input type=radio name=mode value=note>
  <select name=audience><option value=everyone><option value=requester></select>
  <textarea name=text>Bonjour</textarea>
  <div hidden data-hd-told><p role=status></p></div>`;
const COMPOSER = `<form data-hd-composer action="/assistance/tickets/12/comment/">${FIELDS}</form>`;
const ACTION = `<form action="/assistance/tickets/12/take-and-close/">
  <input type=checkbox name=release><div hidden data-hd-told><p role=status></p></div></form>`;

let answer;
const place = () => find("[data-hd-told]");
const asked = () => fetch.mock.calls.map(({ arguments: [url] }) => url.search);

async function change(selector, edit) {
  edit(find(selector));
  dispatch(find(selector), "change");
  await setImmediate();
}

beforeEach(() => {
  answer = "<details data-hd-told-answer><summary> 2 people </summary>Léa</details>";
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => answer }));
});

test("the URL names the action, the way of writing and who reads, never the text", () => {
  show(COMPOSER);
  assert.equal(
    String(buildUrl(find("form"))),
    "https://intranet.example.org/assistance/tickets/12/recipients/?action=comment&mode=comment&audience=everyone",
  );
});

test("a composer asks once somebody writes", async () => {
  show(COMPOSER);
  assert.equal(fetch.mock.callCount(), 0);
  for (const field of ["textarea", "select"]) dispatch(find(field), "focusin");
  await setImmediate();
  assert.equal(fetch.mock.callCount(), 1);
  assert.equal(place().hidden, false);
  assert.equal(find("[role=status]").textContent, "2 people");
});

test("another way of writing asks again, the same one does not", async () => {
  show(COMPOSER);
  await change("[value=note]", (radio) => (radio.checked = true));
  await change("[value=note]", (radio) => (radio.checked = true));
  await change("select", (select) => (select.value = "requester"));
  assert.deepEqual(asked(), [
    "?action=comment&mode=note&audience=everyone",
    "?action=comment&mode=note&audience=requester",
  ]);
});

test("the names stay open while they change", async () => {
  show(COMPOSER);
  await change("[value=note]", (radio) => (radio.checked = true));
  find("details").open = true;
  await change("select", (select) => (select.value = "requester"));
  assert.equal(document.querySelectorAll("details").length, 1);
  assert.equal(find("details").open, true);
});

test("the form of an action asks at once, and again when it releases the ticket", async () => {
  show(ACTION);
  await setImmediate();
  await change("[name=release]", (box) => (box.checked = true));
  assert.deepEqual(asked(), ["?action=take-and-close", "?action=take-and-close&release=on"]);
});

test("nothing is shown for an action without an answer, or when the server refuses", async () => {
  answer = "";
  show(ACTION);
  await setImmediate();
  assert.equal(place().hidden, true);
  answer = "<details data-hd-told-answer><summary>1</summary></details>";
  globalThis.fetch = mock.fn(async () => ({ ok: false }));
  await change("[name=release]", (box) => (box.checked = true));
  assert.equal(place().hidden, true);
});
