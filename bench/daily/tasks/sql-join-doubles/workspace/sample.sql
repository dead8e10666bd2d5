INSERT INTO customers VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cy');
INSERT INTO orders (customer, cents) VALUES (1, 1000), (1, 500), (2, 300);
INSERT INTO payments (customer, cents) VALUES (1, 700), (1, 200);
