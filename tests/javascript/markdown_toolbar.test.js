import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { click, find, load, show } from "./page.js";

const { formatSelection } = await load("markdown_toolbar");

/** Apply a button to a text in which [ and ] enclose the selection; return it with the caret as |. */
function format(kind, marked) {
  const selectionStart = marked.indexOf("[");
  const selectionEnd = marked.indexOf("]") - 1;
  const value = marked.replace(/[[\]]/g, "");
  const { from, to, text, caret } = formatSelection(kind, { value, selectionStart, selectionEnd });
  const changed = value.slice(0, from) + text + value.slice(to);
  return `${changed.slice(0, caret)}|${changed.slice(caret)}`;
}

test("a selection is enclosed in marks", () => {
  assert.equal(format("bold", "il [fait] froid"), "il **fait**| froid");
  assert.equal(format("code", "[print()]"), "`print()`|");
});

test("without a selection the caret stands between the marks", () => {
  assert.equal(format("italic", "il [] froid"), "il *|* froid");
});

test("a selection becomes the text of a link", () => {
  assert.equal(format("link", "voir [ici]"), "voir [ici](https://)|");
});

test("whole lines become a list", () => {
  assert.equal(format("list", "avant\nu[n\ndeu]x"), "avant\n- un\n- deu|x");
});

test("a line is quoted from its beginning", () => {
  assert.equal(format("quote", "avant\nil fait[] froid"), "avant\n> il fait| froid");
});

const HTML = `<form><div data-hd-toolbar hidden aria-controls=text><button data-hd-format=bold>B</button>
  <button data-hd-format=italic tabindex=-1>I</button></div><textarea id=text>froid</textarea></form>`;

beforeEach(() => {
  delete document.execCommand;
  show(HTML);
  find("textarea").setSelectionRange(0, 5);
});

test("the text is inserted so that the browser can undo it", () => {
  document.execCommand = mock.fn(() => true);
  click("[data-hd-format=bold]");
  assert.deepEqual(document.execCommand.mock.calls[0].arguments, ["insertText", false, "**froid**"]);
  assert.equal(find("textarea").value, "froid", "the browser alone changes it");
});

test("a browser that cannot insert text gets it all the same, and other modules follow", () => {
  const typed = mock.fn();
  find("textarea").addEventListener("input", typed);
  click("[data-hd-format=bold]");
  assert.equal(find("textarea").value, "**froid**");
  assert.equal(typed.mock.callCount(), 1);
});

test("the toolbar is one stop of the keyboard, and arrows move in it", () => {
  const [bold, italic] = document.querySelectorAll("button");
  bold.focus();
  bold.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
  assert.equal(document.activeElement, italic);
  assert.deepEqual([bold.tabIndex, italic.tabIndex], [-1, 0]);
});
