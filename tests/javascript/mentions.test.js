import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { dispatch, find, load, show } from "./page.js";

const { findMention } = await load("mentions");

test("the @ before the caret begins a name, unless it is in an address", () => {
  assert.deepEqual(findMention("Vois @so", 8), { from: 5, to: 8, query: "so" });
  assert.deepEqual(findMention("@Léa Fou", 8), { from: 0, to: 8, query: "Léa Fou" });
  assert.equal(findMention("@", 1).query, "");
  for (const text of ["lea@arvelle", "https://x/@lea", "Vois @so, et", "rien"]) {
    assert.equal(findMention(text, text.length), null, text);
  }
});

const OPTIONS = `<div data-hd-count="2 people"><ul role=listbox>
  <li role=option id=hd-mention-1 data-hd-text="Sophie Bernard">Sophie Bernard</li>
  <li role=option id=hd-mention-2 data-hd-text="<b>">Soline</li></ul></div>`;

test("the name that is chosen with the keyboard takes the place of what was typed", async () => {
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => OPTIONS }));
  show(`<form action="/assistance/tickets/7/comment/"><input name=mode value=note><textarea name=text data-hd-markdown></textarea>
    <div id=place hidden data-hd-mentions=comment></div>
    <p data-hd-mentions-status></p></form>`);
  const text = find("textarea");
  const timers = mock.method(globalThis, "setTimeout", (run) => run());
  text.value = "Vois @so";
  text.setSelectionRange(8, 8);
  dispatch(text, "input");
  timers.mock.restore();
  await new Promise(setImmediate);
  const [url] = globalThis.fetch.mock.calls[0].arguments;
  assert.equal(url.search, "?q=so&mode=note");
  assert.equal(find("#place").hidden, false);
  assert.equal(find("[data-hd-mentions-status]").textContent, "2 people");
  const press = (key) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    text.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.equal(press("ArrowDown"), true);
  assert.equal(text.getAttribute("aria-activedescendant"), "place-hd-mention-2");
  assert.equal(press("Enter"), true);
  assert.equal(text.value, "Vois @<b> ");
  assert.equal(find("#place").hidden, true);
  assert.equal(press("Enter"), false);
});
