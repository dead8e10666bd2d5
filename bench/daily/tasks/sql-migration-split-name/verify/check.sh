set -eu
same() { [ "$1" = "$2" ] || { echo "FAILED: $3: got '$1'"; exit 1; }; }
mkdir -p /tmp/old/migrations
cp migrate.sh /tmp/old/
cp migrations/001_people.sql migrations/002_phone.sql /tmp/old/migrations/
db=/tmp/used.db
sh /tmp/old/migrate.sh $db
sqlite3 $db "INSERT INTO people (id, name, phone) VALUES
  (3, 'Ada Lovelace', '1'), (5, 'Cher', NULL), (8, 'Jan van der Berg', '2'), (9, '  Grace  Hopper ', '3'), (10, 'Zo Ö', '4');
  INSERT INTO calls (person, minutes) VALUES (3, 10), (8, 20), (8, 30);"
sh migrate.sh $db
same "$(sqlite3 $db 'SELECT id, trim(given), family, phone FROM people ORDER BY id')" "$(printf '3|Ada|Lovelace|1\n5|Cher||\n8|Jan van der|Berg|2\n9|Grace|Hopper|3\n10|Zo|Ö|4')" "names"
same "$(sqlite3 $db "SELECT count(*) FROM people WHERE given LIKE ' %' OR family LIKE '% %' OR given LIKE '% '")" 0 "spaces"
same "$(sqlite3 $db 'SELECT person, sum(minutes) FROM calls GROUP BY person')" "$(printf '3|10\n8|50')" "calls"
same "$(sqlite3 $db "SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_table_info('people') ORDER BY name)")" "family given id phone" "columns"
same "$(sqlite3 $db "SELECT count(*) FROM pragma_table_info('people') WHERE name IN ('given', 'family') AND \"notnull\"")" 2 "NOT NULL"
same "$(sqlite3 $db "SELECT group_concat(name) FROM pragma_index_info('people_by_family')")" "family,given" "the new index"
same "$(sqlite3 $db "SELECT count(*) FROM sqlite_master WHERE name = 'people_by_name'")" 0 "the old index"
same "$(sqlite3 $db 'PRAGMA foreign_key_check; PRAGMA integrity_check; PRAGMA user_version')" "$(printf 'ok\n3')" "sound"
sqlite3 $db 'PRAGMA foreign_keys = ON; DELETE FROM people WHERE id = 8'
same "$(sqlite3 $db 'SELECT count(*) FROM calls')" 1 "calls still refer to people"
sh migrate.sh $db
sh migrate.sh /tmp/new.db
sqlite3 /tmp/new.db "INSERT INTO people (given, family) VALUES ('A', 'B')"
echo "check: all good"
