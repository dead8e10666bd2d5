import { listBooks, showBook } from "./books.mjs";

const ROUTES = [
  ["GET", /^\/books$/, listBooks],
  ["GET", /^\/books\/(\d+)$/, showBook],
];

/** Answers a request as { status, headers, body }; `url` is a path with a query. */
export function handle(method, url) {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  for (const [verb, pattern, view] of ROUTES) {
    const match = pathname.match(pattern);
    if (match && verb === method) return view({ path: pathname, query: searchParams, parts: match.slice(1) });
  }
  return { status: 404, headers: {}, body: { error: "no such page" } };
}
