import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { click, dispatch, find, load, show } from "./page.js";

const { foldText } = await load("service_tree");
for (const name of ["submit_label", "copy_link", "menu", "htmx_loader", "main"]) await load(name);

test("a text is compared without accents and capitals", () => {
  assert.equal(foldText("Électricité"), "electricite");
});

const TREE = `<form><fieldset data-hd-tree><label hidden><input data-hd-find></label>
  <details data-hd-branch="Buildings" data-hd-here><summary>Buildings</summary>
    <label><input type=radio name=to data-hd-name=Heating>Chauffage</label>
    <label><input type=radio name=to data-hd-name=Power>Électricité</label></details>
  <details data-hd-branch="IT"><summary>IT</summary>
    <label><input type=radio name=to data-hd-name=Network data-hd-foreign>Réseau</label></details>
  </fieldset><p data-hd-if-foreign></p><p data-hd-notes="Read by %(service)s.">Read by others.</p>
  <button data-hd-names="Transfer to %(name)s">Transfer</button></form>`;

function search(words) {
  find("[data-hd-find]").value = words;
  dispatch(find("[data-hd-find]"), "input");
  const labels = [...document.querySelectorAll("[data-hd-branch] label")];
  return labels.filter((label) => !label.hidden).map((label) => label.textContent);
}

test("the tree finds categories by their name and that of their service", () => {
  show(TREE);
  assert.deepEqual(search("electr"), ["Électricité"]);
  assert.deepEqual(search("buildings"), ["Chauffage", "Électricité"]);
  assert.deepEqual(search(""), ["Chauffage", "Électricité", "Réseau"]);
});

test("the tree says what a choice entails, and the button names it", () => {
  show(TREE);
  find("[data-hd-name=Network]").click();
  assert.equal(find("[data-hd-notes]").textContent, "Read by IT.");
  assert.equal(find("[data-hd-if-foreign]").hidden, false);
  assert.equal(find("button").textContent, "Transfer to Network");
  find("[data-hd-name=Heating]").click();
  assert.equal(find("[data-hd-notes]").hidden, true);
  assert.equal(find("[data-hd-if-foreign]").hidden, true);
});

test("a link is copied as a whole URL, and the button says so", async () => {
  const writeText = mock.fn(async () => {});
  Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
  mock.timers.enable({ apis: ["setTimeout"] });
  show("<button hidden data-hd-copy=/tickets/12/ data-hd-copied=Copied>Copy the link</button>");
  assert.equal(find("button").hidden, false);
  click("button");
  await null;
  await null;
  assert.deepEqual(writeText.mock.calls[0].arguments, ["https://intranet.example.org/tickets/12/"]);
  assert.equal(find("button").textContent, "Copied");
  mock.timers.tick(2000);
  assert.equal(find("button").textContent, "Copy the link");
  mock.timers.reset();
});

test("the menu closes by a click elsewhere and with Escape", () => {
  show("<details open data-hd-menu><summary>+</summary><a>Desk</a></details><p></p>");
  click("a");
  assert.equal(find("details").open, true);
  click("p");
  assert.equal(find("details").open, false);
  find("details").open = true;
  find("a").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  assert.equal(find("details").open, false);
});

const HTMX = `<template data-hd-htmx><meta name=htmx-config content='{"allowEval": false}'>
  <script src=/static/htmx.js></script></template><script type=module nonce=abc></script><div data-hx-get=/blocks/panel/></div>`;

test("htmx is loaded once, with its settings, where it is needed", async () => {
  dispatch(document, "DOMContentLoaded");
  const asked = [];
  document.head.append = (node) => asked.push(node);
  show("<p>nothing to load</p>");
  show(HTMX);
  show(HTMX);
  await new Promise(setImmediate);
  const [settings, script, ...others] = asked;
  assert.deepEqual([settings.content, script.nonce, others.length], ['{"allowEval": false}', "abc", 0]);
  assert.match(script.src, /\/static\/htmx\.js$/);
  window.htmx = { config: { allowEval: true }, process: mock.fn() };
  script.dispatchEvent(new Event("load"));
  await new Promise(setImmediate);
  assert.equal(window.htmx.config.allowEval, false);
  assert.equal(window.htmx.process.mock.calls[0].arguments[0], document.body);
});

test("what htmx brings is enhanced, the page itself is not enhanced twice", () => {
  const enhanced = mock.fn();
  show("<div></div>");
  document.addEventListener("hd:enhance", enhanced);
  dispatch(document.body, "htmx:load", { elt: document.body });
  assert.equal(enhanced.mock.callCount(), 0);
  dispatch(find("div"), "htmx:load", { elt: find("div") });
  assert.equal(enhanced.mock.callCount(), 1);
  document.removeEventListener("hd:enhance", enhanced);
});

test("what stands in for a script is hidden", () => {
  show("<button data-hd-without-script>Change</button>");
  assert.equal(find("button").hidden, true);
});
