import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { find, load, show } from "./page.js";

await load("read_marks");

const FORM = `<form method=post action=/desk/marks/ data-hd-mark-read hidden>
  <input type=hidden name=ticket value=12><input type=hidden name=seen value=99></form>`;

const settle = () => new Promise(setImmediate);

function answer(status) {
  globalThis.fetch = mock.fn(async () => ({ status }));
  return globalThis.fetch.mock;
}

test("a ticket that is shown is marked as read, once", async () => {
  const sent = answer(204);
  show(FORM);
  show(document.body.innerHTML);
  await settle();
  assert.equal(sent.calls.length, 1);
  const [url, { method, body, headers }] = sent.calls[0].arguments;
  assert.match(url, /\/desk\/marks\/$/);
  assert.deepEqual([method, headers["HX-Request"], `${body}`], ["POST", "true", "ticket=12&seen=99"]);
  assert.equal(find("form").hidden, true);
});

test("a ticket in a page that nobody looks at is not marked", async () => {
  const sent = answer(204);
  const hidden = mock.getter(document, "hidden", () => true);
  show(FORM);
  assert.equal(sent.calls.length, 0);
  hidden.mock.restore();
  document.dispatchEvent(new Event("visibilitychange"));
  await settle();
  assert.equal(sent.calls.length, 1);
});

test("the button stays where the server did not accept the mark", async () => {
  answer(403);
  show(FORM);
  await settle();
  assert.equal(find("form").hidden, false);
});
