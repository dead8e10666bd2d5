import { importCustomers } from "./import.mjs";

/** What the command line shows after an import. */
export async function report(text, store) {
  const { imported, failed } = await importCustomers(text, store);
  return [`${imported} imported`, ...failed.map(({ line, reason }) => `line ${line}: ${reason}`)].join("\n");
}
