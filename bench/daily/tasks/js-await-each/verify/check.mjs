import assert from "node:assert/strict";
import { test } from "node:test";
import { importCustomers } from "./src/import.mjs";
import { report } from "./src/report.mjs";
import { Store } from "./src/store.mjs";

class Strict extends Store {
  busy = false;
  async save(customer) {
    assert.ok(!this.busy, "two writes at once");
    this.busy = true;
    try {
      await super.save(customer);
    } finally {
      this.busy = false;
    }
  }
}

test("counts, one after the other", async () => {
  const store = new Strict();
  const result = await importCustomers("A;a@x\nB;b@x\n\nC;c@x", store);
  assert.deepEqual(result, { imported: 3, failed: [] });
  assert.deepEqual([...store.customers.keys()], ["a@x", "b@x", "c@x"]);
});

test("goes on after broken rows", async () => {
  const store = new Strict();
  const result = await importCustomers("A;a@x\nbroken\n\nB;a@x\nC;c@x\n", store);
  assert.equal(result.imported, 2);
  assert.deepEqual(result.failed.map((f) => f.line), [2, 4]);
  assert.match(result.failed[0].reason, /no e-mail address/);
  assert.match(result.failed[1].reason, /there already/);
});

test("nothing", async () => {
  assert.deepEqual(await importCustomers("", new Strict()), { imported: 0, failed: [] });
});

test("report", async () => {
  assert.equal(await report("A;a@x\nbad", new Strict()), "1 imported\nline 2: no e-mail address: bad");
});
