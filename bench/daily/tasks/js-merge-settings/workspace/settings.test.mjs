import assert from "node:assert/strict";
import { test } from "node:test";
import { get, load } from "./settings.mjs";

test("the user's word counts", () => {
  assert.equal(get(load('{"theme": "dark"}'), "theme"), "dark");
  assert.equal(get(load("{}"), "editor.fontSize"), 14);
});
