import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { click, find, load, pressedButtons, show, type } from "./page.js";

for (const name of ["composer", "preview", "attach_button", "markdown_toolbar"]) await load(name);

const COMPOSER = `<details data-hd-menu open><summary>More</summary>
    <a href="?mode=note#hd-reply" data-hd-mode=note>Note</a></details>
  <a href="?mode=ask#hd-reply" data-hd-mode=ask>Ask</a>
  <form data-hd-composer action=/tickets/12/comment/>
    <input type=radio name=mode value=comment checked><input type=radio name=mode value=ask>
    <input type=radio name=mode value=note>
    <textarea id=text name=text>Bonjour</textarea>
    <div data-hd-preview-place></div>
    <div data-hd-toolbar hidden aria-controls=text><button type=button data-hd-format=bold>B</button></div>
    <div data-hd-files><button type=button data-hd-choose hidden>Attach</button>
      <input type=file name=files multiple></div>
    <button name=preview value=1 data-hd-preview>Preview</button></form>`;

const PREVIEW = "<form><section data-hd-previewed tabindex=-1><p>Bonjour</p></section></form>";

const chosen = () => find("[name=mode]:checked").value;

beforeEach(() => {
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => PREVIEW }));
  pressedButtons.resetCalls();
  show(COMPOSER);
});

test("a button above the conversation chooses the way to write and keeps the text", () => {
  assert.equal(click("[data-hd-mode=ask]").defaultPrevented, true);
  assert.equal(chosen(), "ask");
  assert.equal(document.activeElement, find("textarea"));
  assert.equal(find("textarea").value, "Bonjour");
});

test("a choice in the menu closes it", () => {
  click("[data-hd-mode=note]");
  assert.equal(chosen(), "note");
  assert.equal(find("details").open, false);
});

test("a page without a composer leaves the link to the browser", () => {
  find("form").remove();
  assert.equal(click("[data-hd-mode=ask]").defaultPrevented, false);
});

test("a preview is shown in the page, without sending files", async () => {
  assert.equal(click("[data-hd-preview]").defaultPrevented, true);
  await setImmediate();
  assert.equal(find("[data-hd-preview-place] p").textContent, "Bonjour");
  assert.equal(document.activeElement, find("[data-hd-previewed]"));
  const { body } = fetch.mock.calls[0].arguments[1];
  assert.deepEqual([...body.keys()], ["mode", "text", "preview"]);
});

test("a preview goes away when the text changes", async () => {
  click("[data-hd-preview]");
  await setImmediate();
  type("textarea", "Bonsoir");
  assert.equal(find("[data-hd-previewed]"), null);
});

test("a preview that the server refuses is asked for by the page itself", async () => {
  globalThis.fetch = async () => ({ ok: false, text: async () => "" });
  click("[data-hd-preview]");
  await setImmediate();
  assert.deepEqual(pressedButtons.calls[0].arguments, [find("[data-hd-preview]")]);
});

test("the toolbar of a composer formats its text wherever it stands in the form", () => {
  find("textarea").select();
  click("[data-hd-format=bold]");
  assert.equal(find("textarea").value, "**Bonjour**");
});

test("a button stands in the place of the file field and opens its chooser", () => {
  const [button, input] = [find("[data-hd-choose]"), find("[type=file]")];
  assert.equal(button.hidden, false);
  assert.equal(input.className, "hd-sr");
  assert.equal(input.tabIndex, -1);
  const opened = mock.fn();
  input.addEventListener("click", opened);
  button.click();
  assert.equal(opened.mock.callCount(), 1);
});
