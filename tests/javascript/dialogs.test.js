import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { click, dispatch, find, load, show } from "./page.js";

await load("dialogs");
await load("first_field");

const PAGE = `<div data-hd-action><h1>Close ticket no. 12?</h1><button>B</button><textarea></textarea>
  <a href=/tickets/12/ data-hd-dismiss>Dismiss</a></div>`;

let ticket = 0;

beforeEach(() => {
  window.HTMLDialogElement.prototype.showModal = mock.fn();
  window.HTMLDialogElement.prototype.close = mock.fn();
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => PAGE }));
  ticket += 1;
  show(`<div data-hd-root><a href=/tickets/${ticket}/close/ data-hd-dialog>Close</a></div>`);
});

async function open() {
  click("[data-hd-dialog]");
  await setImmediate();
}

test("the form of an action opens in a dialog with the focus in its text", async () => {
  await open();
  assert.equal(find("dialog").ariaLabel, "Close ticket no. 12?");
  assert.equal(find("dialog h2").textContent, "Close ticket no. 12?");
  assert.equal(find("dialog h1"), null);
  assert.equal(document.activeElement, find("textarea"));
});

test("what is in a dialog is enhanced like a page", async () => {
  const enhanced = mock.fn();
  document.addEventListener("hd:enhance", ({ target }) => enhanced(target.tagName), { once: true });
  await open();
  assert.deepEqual(enhanced.mock.calls[0].arguments, ["DIALOG"]);
});

test("a dialog that was closed keeps what was typed", async () => {
  await open();
  find("textarea").value = "Vanne remplacée.";
  await open();
  assert.equal(find("textarea").value, "Vanne remplacée.");
  assert.equal(fetch.mock.callCount(), 1);
});

test("a dialog that was dismissed begins anew", async () => {
  await open();
  find("textarea").value = "Vanne remplacée.";
  assert.equal(click("[data-hd-dismiss]").defaultPrevented, true);
  await open();
  assert.equal(find("textarea").value, "");
});

test("a click that opens a new tab is left to the browser", () => {
  const event = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true });
  find("[data-hd-dialog]").addEventListener("click", () => {});
  find("[data-hd-dialog]").dispatchEvent(event);
  assert.equal(fetch.mock.callCount(), 0);
  dispatch(document, "hd:enhance");
});
