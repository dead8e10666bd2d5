import assert from "node:assert/strict";
import { test } from "node:test";
import { handle } from "./src/router.mjs";

function links(response) {
  const header = response.headers.Link ?? response.headers.link ?? "";
  return Object.fromEntries([...header.matchAll(/<([^>]*)>\s*;\s*rel="?(\w+)"?/g)].map(([, url, rel]) => [rel, url]));
}
const ids = (response) => response.body.map((book) => book.id);
const total = (response) => Number(response.headers["X-Total-Count"] ?? response.headers["x-total-count"]);

test("defaults", () => {
  const first = handle("GET", "/books");
  assert.deepEqual([first.status, first.body.length, first.body[0].id, total(first)], [200, 20, 1, 45]);
  assert.deepEqual(Object.keys(links(first)), ["next"]);
});

test("links lead through all pages and back", () => {
  let url = "/books?size=10";
  const seen = [];
  let last;
  for (let i = 0; url && i < 10; ++i) {
    last = handle("GET", url);
    seen.push(...ids(last));
    url = links(last).next;
  }
  assert.deepEqual(seen, Array.from({ length: 45 }, (_, i) => i + 1));
  assert.deepEqual(ids(handle("GET", links(last).prev)), [31, 32, 33, 34, 35, 36, 37, 38, 39, 40]);
});

test("an author's pages", () => {
  const page = handle("GET", "/books?author=Ada&page=2&size=6");
  assert.equal(total(page), 15);
  assert.equal(page.body.length, 6);
  const next = handle("GET", links(page).next);
  assert.ok(next.body.length === 3 && next.body.every((book) => book.author === "Ada"));
  assert.equal(links(next).next, undefined);
});

test("after the last one", () => {
  const page = handle("GET", "/books?page=9");
  assert.deepEqual([page.status, page.body, total(page), links(page).next], [200, [], 45, undefined]);
});

test("exactly full pages have no next", () => {
  assert.equal(links(handle("GET", "/books?size=45")).next, undefined);
  assert.equal(links(handle("GET", "/books?size=15&page=3")).next, undefined);
});

test("nonsense", () => {
  for (const query of ["page=0", "page=-1", "page=x", "page=1.5", "size=0", "size=51", "size=", "page=1e1", "size=%2010"]) {
    const answer = handle("GET", `/books?${query}`);
    assert.equal(answer.status, 400, query);
    assert.equal(typeof answer.body.error, "string");
  }
  assert.equal(handle("GET", "/books?size=50").body.length, 45);
});
