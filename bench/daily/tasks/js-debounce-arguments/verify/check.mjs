import assert from "node:assert/strict";
import { beforeEach, afterEach, mock, test } from "node:test";
import { debounce } from "./debounce.mjs";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("waits after the last call", () => {
  const seen = [];
  const save = debounce((...args) => seen.push(args), 100);
  save(1);
  mock.timers.tick(99);
  save(2, 3);
  mock.timers.tick(99);
  assert.deepEqual(seen, []);
  mock.timers.tick(1);
  assert.deepEqual(seen, [[2, 3]]);
  save(4);
  mock.timers.tick(100);
  assert.deepEqual(seen, [[2, 3], [4]]);
});

test("this arrives", () => {
  const object = { name: "box", seen: [], save: debounce(function () { this.seen.push(this.name); }, 10) };
  object.save();
  mock.timers.tick(10);
  assert.deepEqual(object.seen, ["box"]);
});

test("cancel", () => {
  const seen = [];
  const save = debounce(() => seen.push(1), 10);
  save();
  save();
  save.cancel();
  mock.timers.tick(50);
  assert.deepEqual(seen, []);
  save();
  mock.timers.tick(10);
  assert.deepEqual(seen, [1]);
});
