set -eu
root=$(mktemp -d)
from="$root/my notes"
to="$root/the copy"
mkdir -p "$from/a b/c" "$from/*"
printf 1 >"$from/plain.txt"
printf 2 >"$from/a b/with  two spaces.md"
printf 3 >"$from/a b/c/-n.txt"
printf 4 >"$from/*/star [x].txt"
printf 5 >"$from/left.out"
printf 6 >"$from/a b/ leading.txt"
out=$(sh backup.sh "$from" "$to")
[ "$out" = "saved to $to" ] || { echo "FAILED: says '$out'"; exit 1; }
(cd "$from" && find . -type f ! -name '*.out' | sort) >"$root/want"
(cd "$to" && find . -type f | sort) >"$root/got"
diff "$root/want" "$root/got"
(cd "$from" && find . -type f ! -name '*.out') | while IFS= read -r file; do cmp "$from/$file" "$to/$file"; done
sh -n backup.sh
! grep -q '\[\[' backup.sh
head -1 backup.sh | grep -q '^#!/bin/sh'
echo "check: all good"
