import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";

import { click, find, load, pressedButtons, show, type } from "./page.js";

const { addUsed, findCommand, findGaps, leadText } = await load("canned_answers");

const FORM = `<form data-hd-composer action="/assistance/tickets/12/comment/">
  <input type=hidden name=used_answers value="">
  <input type=radio name=mode value=comment checked><input type=radio name=mode value=note>
  <textarea id=text name=text data-hd-markdown></textarea>
  <div hidden data-hd-answers-place><div><input id=query data-hd-answers-query></div>
    <div id=list data-hd-answers-list></div></div>
  <p data-hd-answers-status></p><p data-hd-answers-notice></p>
  <button name=answers value=1 data-hd-answers data-hd-gaps="Fill in %(gaps)s.">Answers</button></form>`;

const OPTIONS = `<div data-hd-count="3 answers"><ul role=listbox>
  <li role=option id=hd-answer-5 data-hd-answer=5 data-hd-text="Le [… jour] ou le […].">Date</li>
  <li role=option id=hd-answer-6 data-hd-answer=6 data-hd-text="Entre nous."
    data-hd-action-name=note data-hd-action-slug=note>Note</li>
  <li role=option id=hd-answer-7 data-hd-answer=7 data-hd-text="Clos." data-hd-notice="Not now."
    data-hd-action-name=close data-hd-action-slug=close>Close</li></ul></div>`;

const box = () => find("[data-hd-answers-place]");
const marked = () => find("[aria-selected=true]")?.textContent;

function press(selector, key) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  find(selector).dispatchEvent(event);
  return event;
}

async function open() {
  click("[data-hd-answers]");
  await setImmediate();
}

async function command(text) {
  type("textarea", text);
  await setImmediate();
}

beforeEach(() => {
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => OPTIONS }));
  pressedButtons.resetCalls();
  show(FORM);
});

test("a slash at the beginning of a line begins a search, elsewhere it does not", () => {
  assert.deepEqual(findCommand("/pur", 4), { from: 0, to: 4, query: "pur" });
  assert.deepEqual(findCommand("Bonjour\n/", 9), { from: 8, to: 9, query: "" });
  assert.equal(findCommand("et/ou", 5), null);
  assert.equal(findCommand("/etc/hosts", 10), null);
  assert.equal(findCommand("Bonjour", 7), null);
});

test("gaps are brackets with an ellipsis that are no link", () => {
  assert.deepEqual(findGaps("Le [… jour], [x], [lire…](https://a.example) [...]"), ["[… jour]", "[...]"]);
});

test("an answer that is used again is named once", () => {
  assert.equal(addUsed("", "5"), "5");
  assert.equal(addUsed("5,6", "5"), "6,5");
});

test("an answer begins on a line of its own", () => {
  assert.equal(leadText("Bonjour", "x"), "\n\nx");
  assert.equal(leadText("Bonjour\n", "x"), "x");
  assert.equal(leadText("", "x"), "x");
});

test("the button opens the box with the answers, the first of them marked", async () => {
  await open();
  assert.equal(box().hidden, false);
  assert.equal(String(fetch.mock.calls[0].arguments[0]), "https://intranet.example.org/assistance/tickets/12/answers/?q=");
  assert.equal(document.activeElement, find("#query"));
  assert.equal(marked(), "Date");
  assert.equal(find("[data-hd-answers-status]").textContent, "3 answers");
  click("[data-hd-answers]");
  assert.equal(box().hidden, true);
});

test("without an answer of the server the button leads to its page", async () => {
  globalThis.fetch = async () => ({ ok: false });
  await open();
  assert.deepEqual(pressedButtons.calls[0].arguments, [find("[data-hd-answers]")]);
});

test("arrows mark an answer and Enter inserts it", async () => {
  await open();
  press("#query", "ArrowDown");
  press("#query", "ArrowUp");
  assert.equal(press("#query", "Enter").defaultPrevented, true);
  assert.equal(find("textarea").value, "Le [… jour] ou le […].");
  assert.equal(find("[name=used_answers]").value, "5");
  assert.equal(box().hidden, true);
});

test("Enter in the search never sends the form", async () => {
  globalThis.fetch = async () => ({ ok: true, text: async () => "<div data-hd-count=0></div>" });
  await open();
  assert.equal(press("#query", "Enter").defaultPrevented, true);
  assert.equal(box().hidden, false);
});

test("what is typed after a slash is replaced by the answer, whose first gap is selected", async () => {
  await command("Bonjour\n/da");
  assert.equal(document.activeElement === find("#query"), false);
  assert.equal(fetch.mock.calls[0].arguments[0].searchParams.get("q"), "da");
  press("textarea", "Enter");
  const { value, selectionStart, selectionEnd } = find("textarea");
  assert.equal(value, "Bonjour\nLe [… jour] ou le […].");
  assert.equal(value.slice(selectionStart, selectionEnd), "[… jour]");
});

test("Escape closes the box and keeps what was typed, without closing a drawer", async () => {
  const heard = mock.fn();
  document.addEventListener("keydown", heard);
  await command("/da");
  press("textarea", "Escape");
  document.removeEventListener("keydown", heard);
  assert.equal(box().hidden, true);
  assert.equal(find("textarea").value, "/da");
  assert.equal(heard.mock.callCount(), 0);
});

test("the button shows the search in a box that a slash opened", async () => {
  await command("/da");
  assert.equal(find("#query").parentElement.hidden, true);
  await open();
  assert.equal(box().hidden, false);
  assert.equal(find("#query").parentElement.hidden, false);
  assert.equal(document.activeElement, find("#query"));
});

test("a line that is no search any more closes the box", async () => {
  await command("/da");
  type("textarea", "/da/");
  assert.equal(box().hidden, true);
});

test("more letters ask again", async () => {
  await command("/d");
  type("textarea", "/da");
  await setTimeout(200);
  assert.equal(fetch.mock.calls[1].arguments[0].searchParams.get("q"), "da");
});

test("a field without the box keeps its keys", () => {
  assert.equal(press("textarea", "Enter").defaultPrevented, false);
  assert.equal(press("textarea", "ArrowDown").defaultPrevented, false);
});

test("open gaps make the message invalid until they are filled", async () => {
  await command("/");
  press("textarea", "Enter");
  assert.equal(find("textarea").validationMessage, "Fill in [… jour], […].");
  type("textarea", "Le lundi ou le mardi.");
  assert.equal(find("textarea").validationMessage, "");
  type("textarea", "[autre…]");
  assert.equal(find("textarea").validationMessage, "");
});

test("an answer with a way of writing chooses it", async () => {
  await open();
  find("#text-hd-answer-6").click();
  assert.equal(find("[name=mode]:checked").value, "note");
  assert.equal(find("textarea").value, "Entre nous.");
});

test("an answer with another action leads to its form with what was typed", async () => {
  await command("Bonjour\n/cl");
  find("#text-hd-answer-7").click();
  const [button] = pressedButtons.calls[0].arguments;
  assert.equal(button.getAttribute("formaction"), "https://intranet.example.org/assistance/tickets/12/close/");
  assert.deepEqual([button.name, button.value], ["answer", "7"]);
  assert.equal(find("textarea").value, "Bonjour\n");
  assert.equal(find("[name=answer]"), null);
});

test("an answer with the action of its form is inserted there, with its notice", async () => {
  find("form").setAttribute("action", "/assistance/tickets/12/close/");
  find("form").querySelectorAll("[name=mode]").forEach((radio) => radio.remove());
  await open();
  find("#text-hd-answer-7").click();
  assert.equal(find("textarea").value, "Clos.");
  assert.equal(find("[data-hd-answers-notice]").textContent, "Not now.");
});

test("the box closes when the focus leaves the form", async () => {
  await open();
  const outside = document.createElement("button");
  document.body.append(outside);
  const event = new Event("focusout", { bubbles: true });
  Object.defineProperty(event, "relatedTarget", { value: outside });
  find("#query").dispatchEvent(event);
  assert.equal(box().hidden, true);
});
