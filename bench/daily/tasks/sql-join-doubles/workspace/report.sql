SELECT c.name, SUM(o.cents) AS ordered, SUM(p.cents) AS paid, SUM(o.cents) - SUM(p.cents) AS open
FROM customers c
JOIN orders o ON o.customer = c.id
LEFT JOIN payments p ON p.customer = c.id
GROUP BY c.id
ORDER BY c.name;
