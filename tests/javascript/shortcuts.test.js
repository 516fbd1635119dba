import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { find, load, show } from "./page.js";

window.HTMLDialogElement ??= class {};
window.HTMLDialogElement.prototype.showModal = mock.fn();
const shownDialogs = window.HTMLDialogElement.prototype.showModal.mock;
const { findRow, findSubmit } = await load("shortcuts");

const HELP = "<dialog data-hd-shortcuts><p tabindex=0 id=in-dialog>Keys</p></dialog>";
const ROW = (number) => `<li class=hd-row><a class=hd-cover href=#${number}>${number}</a>
  <input type=checkbox data-hd-pick id=pick-${number}>
  <button type=button class=hd-take id=take-${number}>Take</button></li>`;
const DESK = `<input id=field><ol>${[1, 2, 3].map(ROW).join("")}</ol>${HELP}`;
const TICKET = `<a href=#note data-hd-key=n>Note</a><a href=#next data-hd-key=j>Next</a><textarea></textarea>${HELP}`;

function press(key, { on = document.activeElement, ...more } = {}) {
  const options = { key, bubbles: true, cancelable: true, ...more };
  const event = new KeyboardEvent("keydown", options);
  if (more.altGraph) event.getModifierState = (name) => name === "AltGraph";
  on.dispatchEvent(event);
  return event;
}

function watch(selector) {
  const pressed = mock.fn((event) => event.preventDefault());
  find(selector).addEventListener("click", pressed);
  return pressed.mock;
}

test("j and k move the focus along the rows and stop at the ends", () => {
  show(DESK);
  for (const [key, row] of [["j", 1], ["j", 2], ["j", 3], ["j", 3], ["k", 2], ["k", 1], ["k", 1]]) {
    assert.equal(press(key).defaultPrevented, true);
    assert.equal(document.activeElement.textContent, `${row}`);
  }
});

test("the row is found from any of its parts", () => {
  show(DESK);
  const rows = [...document.querySelectorAll("a")];
  assert.equal(findRow(rows, find("#take-2"), 1), rows[2]);
  assert.equal(findRow(rows, document.body, 1), rows[0]);
});

test("t takes the ticket of the row that has the focus, and nothing without one", () => {
  show(DESK);
  const takes = [1, 2, 3].map((number) => watch(`#take-${number}`));
  press("t", { on: document.body });
  press("j");
  press("j");
  press("t");
  assert.deepEqual(takes.map(({ calls }) => calls.length), [0, 1, 0]);
});

test("x selects the ticket of the row that has the focus, which keeps it", () => {
  show(DESK);
  press("x", { on: document.body });
  press("j");
  press("x");
  assert.deepEqual([1, 2, 3].map((number) => find(`#pick-${number}`).checked), [true, false, false]);
  assert.equal(document.activeElement.textContent, "1");
  press("x");
  assert.equal(find("#pick-1").checked, false);
});

test("a key presses the link of the page that has it, once even when it is held down", () => {
  show(TICKET);
  const note = watch("[data-hd-key=n]");
  const next = watch("[data-hd-key=j]");
  press("n", { on: document.body });
  press("n", { on: document.body, repeat: true });
  press("j", { on: document.body });
  assert.deepEqual([note.calls.length, next.calls.length], [1, 1]);
  assert.equal(press("x", { on: document.body }).defaultPrevented, false);
  assert.equal(find("[data-hd-key=n]").getAttribute("aria-keyshortcuts"), "n");
});

test("keys do nothing in a field, in a dialog, or with a modifier", () => {
  show(TICKET);
  const note = watch("[data-hd-key=n]");
  press("n", { on: find("textarea") });
  press("n", { on: find("#in-dialog") });
  for (const modifier of ["ctrlKey", "metaKey", "altKey", "isComposing", "altGraph"]) {
    press("n", { on: document.body, [modifier]: true });
  }
  assert.equal(note.calls.length, 0);
});

test("a question mark lists the keys", () => {
  show(DESK);
  const before = shownDialogs.calls.length;
  press("?", { on: document.body, shiftKey: true });
  assert.equal(shownDialogs.calls.length, before + 1);
});

const FORM = `<form data-hd-once><textarea></textarea><button type=submit class=hd-sr>First</button>
  <button type=submit id=other>Other</button><button type=submit class=hd-b1 id=main>Send</button></form>`;

test("Ctrl and Enter press the main button of the form", () => {
  show(`${FORM}${HELP}`);
  const main = watch("#main");
  press("Enter", { on: find("textarea"), ctrlKey: true });
  press("Enter", { on: find("textarea") });
  assert.equal(main.calls.length, 1);
  find("#main").remove();
  assert.equal(findSubmit(find("form")).id, "other");
});

test("a page that lists no keys has none", () => {
  show(TICKET.replace(HELP, "") + FORM);
  const note = watch("[data-hd-key=n]");
  const main = watch("#main");
  press("n", { on: document.body });
  press("Enter", { on: find("form textarea"), ctrlKey: true });
  assert.deepEqual([note.calls.length, main.calls.length], [0, 0]);
  assert.equal(find("[data-hd-key=n]").hasAttribute("aria-keyshortcuts"), false);
});
