import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { find, load, show } from "./page.js";

mock.timers.enable({ apis: ["setInterval"] });
const { PERIOD } = await load("desk_news");

const PLACE = `<div role=status data-hd-news="/desk/news/?since=x&amp;queue=all"></div>`;
const settle = () => new Promise(setImmediate);

function answer(status, html = "", redirected = false) {
  globalThis.fetch = mock.fn(async () => ({ status, redirected, text: async () => html }));
  return globalThis.fetch.mock;
}

async function pass() {
  mock.timers.tick(PERIOD);
  await settle();
}

test("the number of new tickets is shown and renewed in the link that is there", async () => {
  show(PLACE);
  const sent = answer(200, "<a href=/desk/>3 new, show</a>");
  await pass();
  assert.equal(sent.calls[0].arguments[0], "/desk/news/?since=x&queue=all");
  const link = find("[data-hd-news] a");
  assert.equal(link.textContent, "3 new, show");
  answer(200, "<a href=/desk/>4 new, show</a>");
  await pass();
  assert.equal(find("[data-hd-news] a"), link, "it keeps the focus");
  assert.equal(link.textContent, "4 new, show");
});

test("nothing is shown while nothing is new", async () => {
  show(PLACE);
  answer(204);
  await pass();
  assert.equal(find("[data-hd-news]").childElementCount, 0);
});

test("a page that nobody looks at asks for nothing", async () => {
  show(PLACE);
  const sent = answer(204);
  const hidden = mock.getter(document, "hidden", () => true);
  await pass();
  hidden.mock.restore();
  assert.equal(sent.calls.length, 0);
});

test("a page whose reader was logged out asks no more", async () => {
  show(PLACE);
  const sent = answer(200, "<a>Log in</a>", true);
  await pass();
  await pass();
  assert.equal(sent.calls.length, 1);
  assert.equal(find("[data-hd-news]").childElementCount, 0);
});
