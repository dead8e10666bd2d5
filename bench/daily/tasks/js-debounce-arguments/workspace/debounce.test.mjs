import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { debounce } from "./debounce.mjs";

test("passes the arguments of the last call", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const seen = [];
  const save = debounce((text) => seen.push(text), 100);
  save("a");
  save("ab");
  mock.timers.tick(100);
  assert.deepEqual(seen, ["ab"]);
  mock.timers.reset();
});
