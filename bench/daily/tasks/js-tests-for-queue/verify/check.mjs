// The tests must pass on queue.mjs as it is, and notice each of five mistakes put into it.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const right = readFileSync("queue.mjs", "utf8");
const mistakes = [
  ["other.priority < priority", "other.priority <= priority"],
  ["other.priority < priority", "other.priority > priority"],
  ["#items.shift()?.item", "#items.shift().item"],
  ["return this.#items.length;", "return this.#items.length + 1;"],
  ["if (!Number.isFinite(priority))", "if (Number.isNaN(priority))"],
];

function passes(source) {
  writeFileSync("queue.mjs", source);
  const done = spawnSync(process.execPath, ["--test", "--test-reporter=tap", "queue.test.mjs"], { encoding: "utf8" });
  return done.status === 0 && !/^# pass 0$/m.test(done.stdout);
}

if (!passes(right)) {
  console.log("the tests do not pass on queue.mjs as it is");
  process.exit(1);
}
const noticed = mistakes.filter(([old, next]) => {
  const seen = !passes(right.replace(old, next));
  if (!seen) console.log(`not noticed: ${next}`);
  return seen;
});
console.log(`${noticed.length} of ${mistakes.length} mistakes noticed`);
process.exit(noticed.length === mistakes.length ? 0 : 1);
