import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { click, dispatch, find, load, pressedButtons, show, type } from "./page.js";

for (const name of ["composer", "preview", "files", "markdown_toolbar"]) await load(name);

const COMPOSER = `<details data-hd-menu open><summary>More</summary>
    <a href="?mode=note#hd-reply" data-hd-mode=note>Note</a></details>
  <a href="?mode=ask#hd-reply" data-hd-mode=ask>Ask</a>
  <form data-hd-composer action=/tickets/12/comment/>
    <input type=radio name=mode value=comment checked><input type=radio name=mode value=ask>
    <input type=radio name=mode value=note>
    <textarea id=text name=text>Bonjour</textarea>
    <div data-hd-preview-place></div>
    <div data-hd-toolbar hidden aria-controls=text><button type=button data-hd-format=bold>B</button></div>
    <div data-hd-files><input type=file name=files multiple aria-describedby=help>
      <button type=button id=choose data-hd-choose hidden>Attach</button>
      <ul data-hd-chosen data-hd-remove="Remove %(name)s" hidden></ul></div>
    <button name=preview value=1 data-hd-preview>Preview</button></form>`;

const PREVIEW = "<form><section data-hd-previewed tabindex=-1><p>Bonjour</p></section></form>";

const chosen = () => find("[name=mode]:checked").value;

beforeEach(() => {
  globalThis.fetch = mock.fn(async () => ({ ok: true, text: async () => PREVIEW }));
  globalThis.DataTransfer = class {
    files = [];
    items = { add: (file) => this.files.push(file) };
  };
  pressedButtons.resetCalls();
  show(COMPOSER);
  const stored = { files: [] };
  Object.defineProperty(find("[type=file]"), "files", {
    get: () => stored.files,
    set: (files) => {
      stored.files = files;
    },
  });
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

const names = () => [...document.querySelectorAll(".hd-chip")].map((chip) => chip.firstChild.textContent);

function choose(...files) {
  find("[type=file]").files = files.map((name) => ({ name }));
  dispatch(find("[type=file]"), "change");
}

test("chosen files are listed by name, each with a button to remove it", () => {
  assert.equal(find("[type=file]").hidden, true);
  assert.equal(find("#choose").getAttribute("aria-describedby"), "help");
  choose("plan.pdf", "photo.png");
  assert.deepEqual(names(), ["plan.pdf", "photo.png"]);
  assert.equal(find(".hd-chip button").ariaLabel, "Remove plan.pdf");
  click(".hd-chip button");
  assert.deepEqual(names(), ["photo.png"]);
  assert.equal(document.activeElement, find("#choose"));
});

test("files that are dropped on the form or pasted join those chosen before", () => {
  choose("plan.pdf");
  const drop = new Event("drop", { bubbles: true, cancelable: true });
  drop.dataTransfer = { files: [{ name: "photo.png" }] };
  find("textarea").dispatchEvent(drop);
  assert.equal(drop.defaultPrevented, true);
  const paste = new Event("paste", { bubbles: true, cancelable: true });
  paste.clipboardData = { files: [] };
  find("textarea").dispatchEvent(paste);
  assert.equal(paste.defaultPrevented, false);
  assert.deepEqual(names(), ["plan.pdf", "photo.png"]);
});
