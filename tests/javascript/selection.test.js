import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { dispatch, find, load, show } from "./page.js";

globalThis.sessionStorage = window.sessionStorage;
await load("selection");

const LIST = `<ol>${[1, 2, 3, 4, 5].map((n) =>
  `<li><input type=checkbox form=bulk name=ticket value=${n} data-hd-pick></li>`).join("")}</ol>
  <form id=bulk data-hd-bulk-bar>
    <label hidden data-hd-pick-all><input type=checkbox></label>
    <b data-hd-one="1 selected" data-hd-many="{count} selected">Selected</b>
    <button type=reset>Clear</button></form>`;

const boxes = () => [...document.querySelectorAll("[data-hd-pick]")];
const picked = () => boxes().filter((box) => box.checked).map((box) => Number(box.value));
const count = () => find("b").textContent;
const all = () => find("[data-hd-pick-all] input");

function press(number, shiftKey = false) {
  boxes()[number - 1].dispatchEvent(
    new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }),
  );
}

beforeEach(() => show(LIST));

test("the number of selected tickets is told", () => {
  assert.equal(count(), "0 selected");
  press(2);
  assert.equal(count(), "1 selected");
  press(4);
  assert.equal(count(), "2 selected");
});

test("Shift selects everything in between, upwards and downwards", () => {
  press(4);
  press(2, true);
  assert.deepEqual(picked(), [2, 3, 4]);
  press(5, true);
  assert.deepEqual(picked(), [2, 3, 4, 5]);
});

test("Shift takes a whole range back", () => {
  all().click();
  press(2);
  press(4, true);
  assert.deepEqual(picked(), [1, 5]);
});

test("Shift on a page that was replaced selects one ticket alone", () => {
  press(1);
  show(LIST);
  press(4, true);
  assert.deepEqual(picked(), [4]);
});

test("one box selects all of the page, and says when only some are selected", () => {
  assert.equal(find("[data-hd-pick-all]").hidden, false);
  all().click();
  assert.deepEqual(picked(), [1, 2, 3, 4, 5]);
  assert.equal(count(), "5 selected");
  press(3);
  assert.equal(all().indeterminate, true);
  press(3);
  assert.equal(all().checked, true);
  assert.equal(all().indeterminate, false);
});

test("the selection is cleared at once", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  all().click();
  find("button").click();
  mock.timers.tick(0);
  assert.deepEqual(picked(), []);
  assert.equal(count(), "0 selected");
  mock.timers.reset();
});

test("the form of an action is asked for with the selected tickets in its URL", () => {
  find("#bulk").insertAdjacentHTML(
    "beforeend", "<button type=submit formaction=/desk/bulk/take/>Take</button>");
  const asked = [];
  document.addEventListener("hd:drawer", ({ detail }) => asked.push(detail.url), { once: true });
  press(2);
  press(3);
  const submitter = find("[formaction]");
  const event = new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter });
  find("#bulk").dispatchEvent(event);
  assert.equal(event.defaultPrevented, true);
  assert.deepEqual(asked, ["https://intranet.example.org/desk/bulk/take/?ticket=2&ticket=3"]);
});

test("after a ticket was taken the same place of the list is shown", () => {
  show(`<form data-hd-place></form>`);
  window.scrollTo = mock.fn();
  Object.defineProperty(window, "scrollY", { value: 480, configurable: true });
  dispatch(find("form"), "submit");
  dispatch(window, "load");
  assert.deepEqual(window.scrollTo.mock.calls[0].arguments, [{ top: 480, behavior: "instant" }]);
  dispatch(window, "load");
  assert.equal(window.scrollTo.mock.callCount(), 1);
});
