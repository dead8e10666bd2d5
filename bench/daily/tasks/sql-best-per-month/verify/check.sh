set -eu
same() { [ "$1" = "$2" ] || { echo "FAILED: $3: got '$1'"; exit 1; }; }
got=$(sqlite3 :memory: '.read schema.sql' '.read sample.sql' '.headers on' '.read best.sql')
same "$got" "$(printf 'month|place|product|revenue\n2026-01|1|book|1500\n2026-01|2|pen|1400\n2026-02|1|card|300\n2026-02|1|pen|300')" "the sample"
got=$(sqlite3 :memory: '.read schema.sql' "
  INSERT INTO sales (day, product, pieces, cents) VALUES ('2025-12-01', 'a', 1, 5), ('2025-12-02', 'b', 1, 9),
    ('2025-12-03', 'c', 1, 5), ('2025-12-04', 'd', 1, 1), ('2025-02-01', 'z', 2, 2);" '.read best.sql')
same "$got" "$(printf '2025-02|1|z|4\n2025-12|1|b|9\n2025-12|2|a|5\n2025-12|2|c|5')" "two on the second place"
same "$(sqlite3 :memory: '.read schema.sql' '.read best.sql')" "" "no sales"
echo "check: all good"
