import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { dispatch, find, load, pressedButtons, sentForms, show, submit } from "./page.js";

const { findTypedSince, isShown } = await load("fragments");

const BLOCK = `<section data-hd-root><div data-hd-fragment><form>
  <p hidden data-hd-failed></p><input type=text name=subject value=froid>
  <div data-hd-refill><select name=category><option selected>Heating</option><option>Plumbing</option></select></div>
  <button type=submit>Send</button></form></div></section>`;
const PAGE = `<div data-hd-root><div id=part><form><p hidden data-hd-failed></p>
  <button type=submit name=find data-hx-select="#part">Search</button></form></div></div>`;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  sentForms.resetCalls();
  pressedButtons.resetCalls();
});
afterEach(() => mock.timers.reset());

/** Let htmx receive an answer for an element; return whether it is swapped in. */
function answer(elt, status, { response = "", refill = false } = {}) {
  const formData = new FormData(elt.closest("form") ?? undefined);
  if (refill) formData.set("refill", "1");
  const target = find("[data-hd-fragment], #part");
  const detail = { requestConfig: { elt, formData }, xhr: { status, response }, target, shouldSwap: status < 300 };
  dispatch(target, "htmx:beforeSwap", detail);
  mock.timers.tick(0);
  return detail.shouldSwap;
}

for (const status of [200, 409, 422, 429]) {
  test(`a block shows an answer ${status}`, () => {
    show(BLOCK);
    assert.equal(answer(find("form"), status), true);
  });
}

for (const status of [204, 403, 404]) {
  test(`a form in a block that is answered with ${status} goes on as a page`, () => {
    show(BLOCK);
    assert.equal(answer(find("form"), status), false);
    assert.equal(sentForms.callCount(), 1);
    assert.equal(find("[name=refill]"), null);
  });
}

test("a change of category that goes on as a page opens no ticket", () => {
  show(BLOCK);
  answer(find("[data-hd-refill]"), 404, { refill: true });
  assert.equal(find("[name=refill]").value, "1");
});

test("a server that fails leaves the form, says so, and takes the category back", () => {
  show(BLOCK);
  find("select").value = "Plumbing";
  answer(find("[data-hd-refill]"), 500, { refill: true });
  assert.equal(find("[data-hd-failed]").hidden, false);
  assert.equal(find("select").value, "Heating");
  assert.equal(sentForms.callCount(), 0);
});

test("no answer leaves the form as well", () => {
  show(BLOCK);
  const elt = find("form");
  dispatch(elt, "htmx:sendError", { requestConfig: { elt, formData: new FormData(elt) } });
  assert.equal(find("[data-hd-failed]").hidden, false);
});

test("a frame that cannot be loaded keeps its link", () => {
  show("<section data-hd-root><div data-hd-fragment><a href=/tickets/>Tickets</a></div></section>");
  assert.equal(answer(find("[data-hd-fragment]"), 404), false);
  assert.equal(sentForms.callCount(), 0);
});

test("a frame without content disappears with its heading", () => {
  show("<section data-hd-root><h2>Tickets</h2><div data-hd-fragment>…</div></section>");
  const frame = find("[data-hd-fragment]");
  answer(frame, 200);
  frame.innerHTML = "\n";
  dispatch(frame, "htmx:afterSwap", {});
  assert.equal(find("section").hidden, true);
});

test("a page of the helpdesk shows the part that was asked for", () => {
  show(PAGE);
  assert.equal(answer(find("button"), 200, { response: PAGE }), true);
});

test("a page without that part, like a login, is explained by a page", () => {
  show(PAGE);
  assert.equal(answer(find("button"), 200, { response: "<form id=login></form>" }), false);
  assert.equal(pressedButtons.calls[0].arguments[0], find("button"));
});

test("what htmx does elsewhere on the site is left alone", () => {
  show("<div id=part><form></form></div>");
  assert.equal(answer(find("form"), 500), false);
  assert.equal(answer(find("form"), 204), true);
});

test("what was typed since the form was sent is found", () => {
  show(BLOCK);
  const sent = new FormData(find("form"));
  assert.deepEqual(findTypedSince(document.body, sent), []);
  find("[name=subject]").value = "très froid";
  assert.deepEqual(findTypedSince(document.body, sent), [["subject", "très froid"]]);
});

test("what was typed since and the focus are in the part that comes back", () => {
  show(BLOCK);
  const frame = find("[data-hd-fragment]");
  const detail = { requestConfig: { elt: find("form"), formData: new FormData(find("form")) }, xhr: { status: 200 }, target: frame };
  find("[name=subject]").value = "très froid";
  find("[name=subject]").focus();
  dispatch(frame, "htmx:beforeSwap", detail);
  frame.innerHTML = "<form><input type=text name=subject value=froid></form>";
  dispatch(frame, "htmx:afterSwap", {});
  assert.equal(find("[name=subject]").value, "très froid");
  assert.equal(document.activeElement, find("[name=subject]"));
});

test("a newer choice replaces the request that is on its way", () => {
  show(BLOCK);
  const elt = find("[data-hd-refill]");
  const xhr = { abort: mock.fn() };
  dispatch(elt, "htmx:beforeRequest", { elt, xhr, target: find("[data-hd-fragment]") });
  dispatch(find("[name=subject]"), "change");
  assert.equal(xhr.abort.mock.callCount(), 0);
  dispatch(find("select"), "change");
  assert.equal(xhr.abort.mock.callCount(), 1);
});

test("a second attempt replaces the request that is on its way", () => {
  show(BLOCK);
  const elt = find("form");
  const xhr = { abort: mock.fn() };
  dispatch(elt, "htmx:beforeRequest", { elt, xhr, target: find("[data-hd-fragment]") });
  assert.equal(find("[data-hd-fragment]").ariaBusy, "true");
  submit();
  assert.equal(xhr.abort.mock.callCount(), 1);
});

test("an answer is shown by its status in a block, by its content on a page", () => {
  show(BLOCK);
  assert.equal(isShown(find("form"), { status: 422 }, false), true);
  assert.equal(isShown(find("form"), { status: 204 }, true), false);
});
