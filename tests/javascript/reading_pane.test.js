// The tickets that open beside the list.

import assert from "node:assert/strict";
import { beforeEach, test, mock } from "node:test";
import { dispatch, find, load, show } from "./page.js";

const { closePane, hasRoom, openTicket } = await load("reading_pane");

const PAGE = `<ol>
  <li class="hd-row hd-new"><span class="hd-dot"></span><a class="hd-cover" id="one" href="/tickets/1/">One</a></li>
  <li class="hd-row"><a class="hd-cover" id="two" href="/tickets/2/">Two</a></li></ol>
  <article data-hd-pane hidden></article>`;

function answer(title, ok = true) {
  const text = async () => `<div data-hd-pane-content><h2 id="hd-pane-title" tabindex="-1">${title}</h2><textarea></textarea></div>`;
  return { ok, text };
}

beforeEach(() => show(PAGE));

test("a ticket opens beside its row, which is marked, and the focus goes to its heading", async () => {
  globalThis.fetch = mock.fn(async () => answer("First"));
  await openTicket(find("[data-hd-pane]"), find("#one"));
  assert.equal(fetch.mock.calls[0].arguments[1].headers["HX-Target"], "hd-pane");
  assert.equal(document.activeElement.textContent, "First");
  assert.equal(find(".hd-row[aria-current] a").id, "one");
  assert.equal(find(".hd-new, .hd-dot"), null);
  // Escape leaves the field first, then closes the pane and returns to the row.
  find("textarea").focus();
  const escape = () => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  escape();
  assert.equal(document.activeElement.id, "hd-pane-title");
  escape();
  assert.equal(document.activeElement.id, "one");
  assert.ok(find("[data-hd-pane]").hidden);
  assert.equal(find("[aria-current]"), null);
});

test("the answer of a row that was left meanwhile is not shown", async () => {
  let release;
  globalThis.fetch = mock.fn(() => new Promise((resolve) => (release = () => resolve(answer("Late")))));
  const first = openTicket(find("[data-hd-pane]"), find("#one"));
  const late = release;
  closePane(find("[data-hd-pane]"));
  late();
  await first;
  assert.ok(find("[data-hd-pane]").hidden);
});

test("without room, and with the keys that open a tab, the row leads to the page of the ticket", () => {
  const pane = find("[data-hd-pane]");
  pane.style.display = "none";
  assert.equal(hasRoom(pane), false);
  globalThis.fetch = mock.fn();
  assert.equal(dispatch(find("#one"), "click").defaultPrevented, false);
  pane.style.display = "block";
  assert.ok(hasRoom(pane));
  assert.ok(pane.hidden);
  const click = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true });
  find("#two").dispatchEvent(click);
  assert.equal(click.defaultPrevented, false);
  assert.equal(fetch.mock.callCount(), 0);
});
