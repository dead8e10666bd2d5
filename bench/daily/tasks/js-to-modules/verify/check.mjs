import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const here = import.meta.dirname;
const files = ["src/index.js", "src/convert.js", "src/format.js", "bin/convert.js", "test/convert.test.js"];

test("no CommonJS is left", () => {
  assert.equal(JSON.parse(readFileSync("package.json", "utf8")).type, "module");
  for (const name of files) {
    const text = readFileSync(name, "utf8");
    assert.doesNotMatch(text, /\brequire\b|module\.exports|\bexports\.|createRequire/, name);
  }
});

test("what is exported", async () => {
  const index = await import("./src/index.js");
  assert.equal(index.format(index.convert(10, "EUR", "USD"), "USD"), "12.50 USD");
  const { currencies } = await import("./src/convert.js");
  assert.deepEqual(currencies(), ["EUR", "GBP", "USD"]);
  assert.equal(typeof (await import("./src/format.js")).default, "function");
});

test("the command, from elsewhere", () => {
  const out = execFileSync(process.execPath, [`${here}/bin/convert.js`, "10", "EUR", "USD"], { cwd: "/", encoding: "utf8" });
  assert.equal(out, "12.50 USD\n");
  const bad = spawnSync(process.execPath, [`${here}/bin/convert.js`, "10", "EUR", "XXX"], { cwd: "/", encoding: "utf8" });
  assert.deepEqual([bad.status, bad.stderr], [1, "no rate for XXX\n"]);
});

test("the tests still run", () => {
  const env = { ...process.env };
  delete env.NODE_TEST_CONTEXT;
  const out = execFileSync("npm", ["test", "--silent"], { env, encoding: "utf8" });
  assert.match(out, /# pass 2/);
});
