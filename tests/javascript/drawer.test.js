import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { click, dispatch, find, load, show } from "./page.js";

await load("drawer");
await load("first_field");

const PAGE = `<section data-hd-action><header><h1>Close ticket no. 12?</h1>
  <button hidden data-hd-close>X</button></header>
  <form><textarea></textarea><a href=/tickets/12/ data-hd-dismiss>Dismiss</a></form></section>`;

let ticket = 0;
let isWide = true;

beforeEach(() => {
  isWide = true;
  window.matchMedia = () => ({ matches: isWide });
  for (const way of ["show", "showModal"]) {
    window.HTMLDialogElement.prototype[way] = mock.fn(function () {
      this.open = true;
    });
  }
  window.HTMLDialogElement.prototype.close = mock.fn(function () {
    this.open = false;
    dispatch(this, "close");
  });
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => PAGE }));
  ticket += 1;
  show(`<div data-hd-root><a href=/tickets/${ticket}/close/ data-hd-drawer>Close</a>
    <a id=other href=/tickets/${ticket}/move/ data-hd-drawer>Transfer</a>
    <details data-hd-menu open><summary>More</summary>
      <a id=inside href=/tickets/${ticket}/assign/ data-hd-drawer>Assign</a></details></div>`);
});

async function open(selector = "[data-hd-drawer]") {
  click(selector);
  await setImmediate();
}

const escape = (target = document.body) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));

const drawers = () => [...document.querySelectorAll("dialog")];
const calls = (way) => window.HTMLDialogElement.prototype[way].mock.callCount();

test("the form of an action opens in a drawer with the focus in its text", async () => {
  await open();
  assert.equal(find("dialog").ariaLabel, "Close ticket no. 12?");
  assert.equal(find("dialog h2").textContent, "Close ticket no. 12?");
  assert.equal(find("dialog h1"), null);
  assert.equal(find("[data-hd-close]").hidden, false);
  assert.equal(document.activeElement, find("textarea"));
});

test("the server is asked for the form without the conversation", async () => {
  await open();
  assert.equal(fetch.mock.calls[0].arguments[1].headers["HX-Request"], "true");
});

test("another module opens the form at a URL by an event", async () => {
  const detail = { url: "https://intranet.example.org/desk/bulk/take/?ticket=2" };
  dispatch(find("#other"), "hd:drawer", detail);
  await setImmediate();
  assert.equal(fetch.mock.calls[0].arguments[0], detail.url);
  assert.equal(drawers().length, 1);
  drawers()[0].close();
  assert.equal(document.activeElement, find("#other"));
});

test("a drawer stands beside the page where there is room, else above it", async () => {
  await open();
  assert.deepEqual([calls("show"), calls("showModal")], [1, 0]);
  isWide = false;
  await open("#other");
  assert.deepEqual([calls("show"), calls("showModal")], [1, 1]);
});

test("what is in a drawer is enhanced like a page", async () => {
  const enhanced = mock.fn();
  document.addEventListener("hd:enhance", ({ target }) => enhanced(target.tagName), { once: true });
  await open();
  assert.deepEqual(enhanced.mock.calls[0].arguments, ["DIALOG"]);
});

test("Escape closes a drawer, keeps the text and gives the focus back", async () => {
  await open();
  find("textarea").value = "Vanne remplacée.";
  escape(find("textarea"));
  assert.equal(find("dialog").open, false);
  assert.equal(document.activeElement, find("[data-hd-drawer]"));
  await open();
  assert.equal(find("textarea").value, "Vanne remplacée.");
  assert.equal(fetch.mock.callCount(), 1);
});

test("Escape in an open menu leaves the drawer open", async () => {
  await open();
  find("details").open = true;
  escape(find("#inside"));
  assert.equal(find("dialog").open, true);
});

test("the button of a drawer closes it and keeps the text", async () => {
  await open();
  find("textarea").value = "Vanne remplacée.";
  click("[data-hd-close]");
  assert.equal(find("dialog").open, false);
  assert.equal(find("textarea").value, "Vanne remplacée.");
});

test("a drawer that was dismissed begins anew", async () => {
  await open();
  find("textarea").value = "Vanne remplacée.";
  assert.equal(click("[data-hd-dismiss]").defaultPrevented, true);
  await open();
  assert.equal(find("textarea").value, "");
});

test("one drawer is open at a time", async () => {
  await open();
  await open("#other");
  assert.deepEqual(drawers().map((drawer) => drawer.open), [false, true]);
});

test("a choice in a menu closes the menu, which gets the focus back", async () => {
  await open("#inside");
  assert.equal(find("details").open, false);
  escape();
  assert.equal(document.activeElement, find("summary"));
});

test("a click that opens a new tab is left to the browser", () => {
  const event = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true });
  find("[data-hd-drawer]").dispatchEvent(event);
  assert.equal(fetch.mock.callCount(), 0);
});
