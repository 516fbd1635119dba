import assert from "node:assert/strict";
import { test } from "node:test";

import { dispatch, find, load, show } from "./page.js";

await load("first_field");

const focused = () => document.activeElement.id;
const FORM = `<form data-hd-first-field><input type=hidden><button id=bold>B</button>
  <input type=file id=file><p hidden><input id=search></p><textarea id=text></textarea></form>`;

test("a page whose purpose is a form begins in its first field", () => {
  show(FORM);
  assert.equal(focused(), "text");
});

test("an error summary is read first", () => {
  show(`<div id=summary tabindex=-1 data-hd-focus></div>${FORM}`);
  assert.equal(focused(), "summary");
});

test("other pages leave the focus alone", () => {
  show("<form><textarea id=text></textarea></form>");
  assert.equal(focused(), "");
});

test("a link into the page goes where it leads", () => {
  location.hash = "#event-12";
  show(FORM);
  location.hash = "";
  assert.equal(focused(), "");
});

test("a dialog begins in its text and not on its toolbar", () => {
  show(`<dialog id=dialog><button id=bold>B</button><textarea id=text></textarea></dialog>`);
  find("#bold").focus();
  dispatch(find("dialog"), "hd:focus");
  assert.equal(focused(), "text");
});

test("a group of choices begins with the chosen one", () => {
  show("<form data-hd-first-field><input type=radio name=to id=a><input type=radio name=to id=b checked></form>");
  assert.equal(focused(), "b");
});

test("a message that arrives later takes the focus, a form does not", () => {
  show("<div id=part></div>");
  find("#part").innerHTML = FORM;
  dispatch(find("#part"), "hd:enhance");
  assert.equal(focused(), "");
  find("#part").innerHTML = "<p id=found tabindex=-1 data-hd-focus></p>";
  dispatch(find("#part"), "hd:enhance");
  assert.equal(focused(), "found");
});
