import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { dispatch, find, load, show, submit, type } from "./page.js";

const { PATIENCE, releaseAll } = await load("submit_once");

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  show("<form data-hd-once><input name=subject><button type=submit>Save</button></form>");
});
afterEach(() => {
  releaseAll();
  mock.timers.reset();
});

const isHeld = () => find("button").getAttribute("aria-disabled") === "true";

test("a form is sent once", () => {
  assert.equal(submit().defaultPrevented, false);
  assert.equal(submit().defaultPrevented, true);
  assert.equal(isHeld(), true);
});

test("the pressed button keeps the focus and stays in the request", () => {
  find("button").focus();
  submit();
  assert.equal(document.activeElement, find("button"));
  assert.equal(find("button").disabled, false);
});

test("a form without an answer can be sent again after a while", () => {
  submit();
  mock.timers.tick(PATIENCE - 1);
  assert.equal(isHeld(), true);
  mock.timers.tick(1);
  assert.equal(isHeld(), false);
  assert.equal(submit().defaultPrevented, false);
});

for (const [sign, happen] of Object.entries({
  "Escape is pressed": () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })),
  "the page is shown again": () => dispatch(window, "pageshow"),
  "the page becomes visible again": () => dispatch(document, "visibilitychange"),
  "the user types on": () => type("input", "Radiator"),
})) {
  test(`a form can be sent again when ${sign}`, () => {
    submit();
    happen();
    assert.equal(isHeld(), false);
  });
}

test("a form can be sent again when the person stays after the question of the browser", () => {
  submit();
  window.addEventListener("beforeunload", (event) => event.preventDefault(), { once: true });
  dispatch(window, "beforeunload");
  mock.timers.tick(1);
  assert.equal(isHeld(), false);
});

test("leaving without a question holds the form", () => {
  submit();
  dispatch(window, "beforeunload");
  mock.timers.tick(1);
  assert.equal(isHeld(), true);
});

test("a prevented submission holds nothing", () => {
  find("form").addEventListener("submit", (event) => event.preventDefault());
  submit();
  assert.equal(isHeld(), false);
});

test("a request of htmx holds its form until it was answered", () => {
  const elt = find("input");
  dispatch(elt, "htmx:beforeRequest", { elt });
  assert.equal(submit().defaultPrevented, true);
  dispatch(elt, "htmx:afterRequest", { requestConfig: { elt } });
  assert.equal(submit().defaultPrevented, false);
});

test("other forms are not held", () => {
  show("<form><button type=submit>Follow</button></form>");
  submit();
  assert.equal(submit().defaultPrevented, false);
});
