#!/bin/sh
# errors.sh FILE…: how many errors each module logged, most first.
# Lines look like: 2026-05-03T10:20:30 ERROR disk: no space left
set -eu

if [ $# -eq 0 ]; then
  echo "usage: errors.sh FILE..." >&2
  exit 2
fi

awk '$2 == "ERROR" { sub(/:$/, "", $3); count[$3]++ }
     END { for (name in count) print count[name], name }' "$@" | sort -k1,1nr -k2
