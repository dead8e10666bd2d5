import assert from "node:assert/strict";
import { test } from "node:test";
import { handle } from "../src/router.mjs";

test("one book", () => {
  assert.equal(handle("GET", "/books/3").body.title, "Book 3");
  assert.equal(handle("GET", "/books/99").status, 404);
});

test("by author", () => {
  assert.equal(handle("GET", "/books?author=Ada").body.length, 15);
});
