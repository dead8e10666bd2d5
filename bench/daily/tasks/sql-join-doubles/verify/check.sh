set -e
same() { [ "$1" = "$2" ] || { echo "FAILED: $3: got '$1'"; exit 1; }; }
got=$(sqlite3 :memory: '.read schema.sql' '.read sample.sql' '.read report.sql')
same "$got" "$(printf 'Ada|1500|900|600\nBen|300|0|300\nCy|0|0|0')" "the sample"
got=$(sqlite3 :memory: '.read schema.sql' "
  INSERT INTO customers VALUES (7, 'Zoe'), (8, 'Ada'), (9, 'Ada');
  INSERT INTO orders (customer, cents) VALUES (7, 100), (7, 100), (7, 100), (9, 5);
  INSERT INTO payments (customer, cents) VALUES (7, 50), (7, 50), (8, 20);" '.headers on' '.read report.sql' | sort)
same "$got" "$(printf 'Ada|0|20|-20\nAda|5|0|5\nZoe|300|100|200\nname|ordered|paid|open')" "equal amounts, equal names"
echo "check: all good"
