import { books } from "./data.mjs";

export function listBooks({ query }) {
  const author = query.get("author");
  const found = books.filter((book) => author === null || book.author === author);
  return { status: 200, headers: {}, body: found };
}

export function showBook({ parts }) {
  const book = books.find((candidate) => candidate.id === Number(parts[0]));
  if (!book) return { status: 404, headers: {}, body: { error: "no such book" } };
  return { status: 200, headers: {}, body: book };
}
