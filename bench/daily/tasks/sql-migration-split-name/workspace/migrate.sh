#!/bin/sh
# migrate.sh DATABASE: applies each file of migrations/ that was not applied yet, in order.
set -eu
here=$(dirname "$0")
done=$(sqlite3 "$1" 'PRAGMA user_version')
for file in "$here"/migrations/*.sql; do
  number=$(basename "$file" | sed 's/^0*\([0-9]*\)_.*/\1/')
  [ "$number" -gt "$done" ] || continue
  { echo 'PRAGMA foreign_keys = ON; BEGIN;'; cat "$file"; echo "PRAGMA user_version = $number; COMMIT;"; } |
    sqlite3 -bail "$1"
done
