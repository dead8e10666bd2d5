CREATE TABLE sales (
  id INTEGER PRIMARY KEY,
  day TEXT NOT NULL,       -- 2026-05-31
  product TEXT NOT NULL,
  pieces INTEGER NOT NULL,
  cents INTEGER NOT NULL,  -- of one piece
  returned INTEGER NOT NULL DEFAULT 0
);
