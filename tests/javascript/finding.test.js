import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.js";

const { buildUrl, findNext } = await load("live_search");
const { isTelling } = await load("suggestions");
const { formatSize, selectFiles } = await load("file_list");

test("a search of two letters or more is asked while it is typed", () => {
  assert.equal(buildUrl("/search/", " w "), "");
  assert.equal(buildUrl("/search/", "wi fi & co"), "/search/?q=wi+fi+%26+co&live=1");
});

test("the arrow keys go from the field to the last answer and back", () => {
  const links = ["first", "second"];
  assert.equal(findNext(links, "the field", 1), "first");
  assert.equal(findNext(links, "second", 1), "second");
  assert.equal(findNext(links, "first", -1), null);
});

test("a subject of two words asks for suggestions", () => {
  assert.equal(isTelling("Wi-Fi"), false);
  assert.equal(isTelling("le wifi"), false);
  assert.equal(isTelling("radiateur froid"), true);
});

const build = (name, size) => ({ name, size, lastModified: 1 });
const limits = { maxCount: 2, maxSize: 1000 };

test("files are added to those chosen before, each once", () => {
  const [first, second] = [build("a.pdf", 1), build("b.pdf", 2)];
  const chosen = selectFiles([first], [{ ...first }, second], limits);
  assert.deepEqual(chosen.files, [first, second]);
  assert.equal(chosen.isCut, false);
});

test("files beyond the limits are left out and named", () => {
  const added = [build("a.pdf", 1), build("large.pdf", 1001), build("b.pdf", 2), build("c.pdf", 3)];
  const chosen = selectFiles([], added, limits);
  assert.deepEqual(
    chosen.files.map(({ name }) => name),
    ["a.pdf", "b.pdf"],
  );
  assert.deepEqual(
    chosen.tooLarge.map(({ name }) => name),
    ["large.pdf"],
  );
  assert.equal(chosen.isCut, true);
});

test("sizes are given in the language of the page", () => {
  assert.equal(formatSize(1_800_000, "en"), "1.7 MB");
  assert.match(formatSize(1_800_000, "fr"), /^1,7.Mo$/);
  assert.equal(formatSize(10, "en"), "1 kB");
});
