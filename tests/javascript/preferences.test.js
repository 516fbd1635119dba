import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.js";

const { nameReports, raiseLevels } = await load("preferences");

test("no level is below the one before it", () => {
  assert.deepEqual(raiseLevels(["creation", "never", "always"]), ["creation", "creation", "always"]);
  assert.deepEqual(raiseLevels(["always", "never", "never"]), ["always", "always", "always"]);
  assert.deepEqual(raiseLevels(["never", "creation", "always"]), ["never", "creation", "always"]);
});

test("a level that is not chosen counts as the lowest", () => {
  assert.deepEqual(raiseLevels([undefined, undefined, "creation"]), ["never", "never", "creation"]);
});

test("the sentence about reports follows from the choices", () => {
  const choices = { shows: "managed", first: "8", second: "", weekends: false };
  assert.equal(nameReports(choices), "once");
  assert.equal(nameReports({ ...choices, second: "14" }), "twice");
  assert.equal(nameReports({ ...choices, second: "8" }), "once");
  assert.equal(nameReports({ ...choices, weekends: true }), "once, week-ends too");
  assert.equal(nameReports({ ...choices, first: "" }), "no hour");
  assert.equal(nameReports({ ...choices, shows: "" }), "none");
});
