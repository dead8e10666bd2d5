import assert from "node:assert/strict";
import { test } from "node:test";
import { importCustomers } from "../src/import.mjs";
import { Store } from "../src/store.mjs";

test("saves all", async () => {
  const store = new Store();
  await importCustomers("Ada;ada@example.org\nBen;ben@example.org\n", store);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(store.customers.size, 2);
});
