import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { dispatch, find, load, show } from "./page.js";

await load("load_on_open");

const settle = () => new Promise(setImmediate);
const FOLD = `<details data-hd-load=/around/><summary>More</summary><div><a href=/around/>Page</a></div></details>`;

async function toggle(isOpen) {
  mock.getter(find("details"), "open", () => isOpen);
  dispatch(find("details"), "toggle");
  await settle();
}

test("a fold is filled when it is opened, once", async () => {
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => "<p>Léa</p><p>7</p>" }));
  show(FOLD);
  assert.equal(globalThis.fetch.mock.callCount(), 0);
  for (const isOpen of [true, false, true]) await toggle(isOpen);
  assert.equal(globalThis.fetch.mock.callCount(), 1);
  assert.equal(find("details div").innerHTML, "<p>Léa</p><p>7</p>");
});

test("the link to the page stays when the part cannot be loaded, which is tried again", async () => {
  globalThis.fetch = mock.fn(async () => ({ ok: false, status: 500 }));
  show(FOLD);
  await toggle(true);
  assert.equal(find("details div a").textContent, "Page");
  for (const isOpen of [false, true]) await toggle(isOpen);
  assert.equal(globalThis.fetch.mock.callCount(), 2);
});
