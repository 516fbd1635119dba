import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { find, load, pressedButtons, show } from "./page.js";

const { PART, sendInParts } = await load("bulk_progress");

const box = (number) => `<input type=checkbox name=ticket value=${number} checked>`;
const form = (tickets) => `<form data-hd-bulk method=post action=/desk/bulk/note/>
  <input type=hidden name=submission value=abc><textarea name=text>Vu.</textarea>
  ${Array.from({ length: tickets }, (_, n) => box(n + 1)).join("")}
  <p data-hd-progress data-hd-text="{done} of {count} tickets"></p>
  <button type=submit>Note</button><button type=submit name=preview>Preview</button></form>`;

function press(selector) {
  const options = { bubbles: true, cancelable: true, submitter: find(selector) };
  const event = new SubmitEvent("submit", options);
  find("form").dispatchEvent(event);
  return event;
}

const parts = () => fetch.mock.calls.map(({ arguments: [, { body }] }) => body);

beforeEach(() => {
  globalThis.fetch = mock.fn(async () => ({ ok: true }));
  pressedButtons.resetCalls();
});

test("a form about few tickets is sent as it is", () => {
  show(form(PART));
  assert.equal(press("button").defaultPrevented, false);
  assert.equal(fetch.mock.callCount(), 0);
});

test("a preview is asked for at once, however many tickets there are", () => {
  show(form(PART + 1));
  assert.equal(press("[name=preview]").defaultPrevented, false);
});

test("many tickets are sent in parts, then the whole form for its answer", async () => {
  show(form(45));
  await sendInParts(find("form"), find("button"));
  assert.deepEqual(parts().map((data) => data.getAll("ticket").length), [20, 20, 5]);
  assert.deepEqual(parts().map((data) => data.get("submission")), ["abc", "abc", "abc"]);
  assert.deepEqual(parts().map((data) => data.get("part")), ["1", "1", "1"]);
  assert.equal(find("progress").value, 40);
  assert.match(find("[data-hd-progress]").textContent, /40 of 45 tickets/);
  assert.equal(pressedButtons.callCount(), 1);
  // This time it goes through.
  assert.equal(press("button").defaultPrevented, false);
});

test("a second press while the parts are sent does nothing", () => {
  show(form(45));
  assert.equal(press("button").defaultPrevented, true);
  assert.equal(press("button").defaultPrevented, true);
  assert.equal(fetch.mock.callCount(), 1);
});

for (const [what, answer] of Object.entries({
  "is refused": async () => ({ ok: false }),
  "does not arrive": async () => { throw new TypeError("offline"); },
})) {
  test(`when a part ${what}, the whole form is sent to show why`, async () => {
    show(form(45));
    fetch.mock.mockImplementation(answer);
    await sendInParts(find("form"), find("button"));
    assert.equal(fetch.mock.callCount(), 1);
    assert.equal(pressedButtons.callCount(), 1);
  });
}
