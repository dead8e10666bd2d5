export const books = Array.from({ length: 45 }, (_, i) => ({
  id: i + 1,
  title: `Book ${i + 1}`,
  author: ["Ada", "Ben", "Cy"][i % 3],
}));
