const assert = require("node:assert/strict");
const { test } = require("node:test");
const { convert, format } = require("..");
const { currencies } = require("../src/convert.js");

test("converts", () => {
  assert.equal(convert(10, "EUR", "USD"), 12.5);
  assert.equal(format(convert(10, "EUR", "GBP"), "GBP"), "8.00 GBP");
});

test("knows its currencies", () => {
  assert.deepEqual(currencies(), ["EUR", "GBP", "USD"]);
  assert.throws(() => convert(1, "EUR", "XXX"), RangeError);
});
