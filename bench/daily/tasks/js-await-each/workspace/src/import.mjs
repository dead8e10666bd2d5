import { parse } from "./parse.mjs";

/** Saves each line of a text as a customer. Empty lines do not count as broken. */
export async function importCustomers(text, store) {
  const result = { imported: 0, failed: [] };
  text.split("\n").forEach(async (line, index) => {
    if (line.trim() === "") return;
    const customer = parse(line);
    await store.save(customer);
    result.imported += 1;
  });
  return result;
}
