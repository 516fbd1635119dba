import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { dispatch, find, load, show, submit, type } from "./page.js";

await load("unsaved_changes");

beforeEach(() => {
  dispatch(window, "beforeunload");
  show("<form data-hd-unsaved id=comment><input name=text></form><form data-hd-unsaved id=note><input></form>");
});

const asks = () => dispatch(window, "beforeunload").defaultPrevented;

test("a page on which nothing was typed is left without a question", () => {
  assert.equal(asks(), false);
});

test("a page with something typed asks", () => {
  type("#comment input", "Bonjour");
  assert.equal(asks(), true);
});

test("sending asks nothing", () => {
  type("#comment input", "Bonjour");
  submit("#comment");
  assert.equal(asks(), false);
});

test("leaving while the answer has not come asks", () => {
  type("#comment input", "Bonjour");
  submit("#comment");
  asks();
  assert.equal(asks(), true);
});

test("a prevented submission is not on its way", () => {
  type("#comment input", "Bonjour");
  find("#comment").addEventListener("submit", (event) => event.preventDefault());
  submit("#comment");
  assert.equal(asks(), true);
});

test("sending one form asks about the other", () => {
  type("#comment input", "Bonjour");
  type("#note input", "Entre nous");
  submit("#comment");
  assert.equal(asks(), true);
});

test("a sent form asks nothing on the way back", () => {
  type("#comment input", "Bonjour");
  submit("#comment");
  asks();
  dispatch(window, "pagehide");
  assert.equal(asks(), false);
});

test("a form that was left by another way still asks on the way back", () => {
  type("#comment input", "Bonjour");
  submit("#comment");
  asks();
  asks();
  dispatch(window, "pagehide");
  assert.equal(asks(), true);
});

test("a form that is gone asks nothing", () => {
  type("#comment input", "Bonjour");
  show("");
  assert.equal(asks(), false);
});

test("a form that htmx replaced asks", () => {
  show("<div><form data-hd-unsaved></form></div>");
  dispatch(find("div"), "htmx:load", { elt: find("div") });
  assert.equal(asks(), true);
});
