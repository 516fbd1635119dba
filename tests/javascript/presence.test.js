import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { dispatch, find, load, show } from "./page.js";

mock.timers.enable({ apis: ["setInterval", "Date"] });
const { PERIOD, WRITING } = await load("presence");

const PAGE = `<div data-hd-root><form method=post action=/assistance/tickets/7/presence/ data-hd-presence>
  <input type=hidden name=csrfmiddlewaretoken value=t><span role=status></span></form>
  <textarea></textarea></div>`;
const settle = () => new Promise(setImmediate);

let answer = { status: 204 };
globalThis.fetch = mock.fn(async () => answer);
const sent = globalThis.fetch.mock;
const bodies = () => sent.calls.map(({ arguments: [, { body }] }) => `${body}`);

test("a page that is looked at pings, says who else is there, and who writes", async () => {
  answer = { status: 200, text: async () => "<span><b>Sophie is reading</b></span>" };
  show(PAGE);
  await settle();
  assert.equal(find("[role=status]").textContent, "Sophie is reading");
  dispatch(find("textarea"), "input");
  dispatch(find("textarea"), "input");
  await settle();
  const own = "csrfmiddlewaretoken=t";
  assert.deepEqual(bodies(), [own, `${own}&writes=1`]);
  answer = { status: 204 };
  mock.timers.tick(WRITING);
  await settle();
  assert.equal(bodies().at(-1), own);
  assert.equal(find("[role=status]").textContent, "");
  const count = sent.callCount();
  const hidden = mock.getter(document, "hidden", () => true);
  mock.timers.tick(PERIOD * 3);
  assert.equal(sent.callCount(), count);
  hidden.mock.restore();
});

test("who leaves the page says so, and whose rights ended asks no more", async () => {
  navigator.sendBeacon = mock.fn();
  window.dispatchEvent(new Event("pagehide"));
  assert.match(`${navigator.sendBeacon.mock.calls[0].arguments[1]}`, /left=1/);
  answer = { status: 404 };
  mock.timers.tick(PERIOD);
  await settle();
  const count = sent.callCount();
  mock.timers.tick(PERIOD * 3);
  assert.equal(sent.callCount(), count);
});
