fail() { echo "FAILED: $1"; exit 1; }
chmod +x dump.sh
folder=$(mktemp -d)/"the dumps"
mkdir "$folder"
full=$(./dump.sh)
[ "$(bash nightly.sh "$folder")" = "backup ok" ] || fail "the first night"
[ "$(zcat "$folder/dump.gz")" = "$full" ] || fail "the first dump"
echo old | gzip >"$folder/dump.gz"
echo older | gzip >"$folder/dump.1.gz"
out=$(DUMP_FAILS=1 bash nightly.sh "$folder" 2>/dev/null); code=$?
[ $code -eq 1 ] || fail "exit $code when the dump fails"
case $out in *"backup ok"*) fail "says it is ok" ;; esac
[ "$(zcat "$folder/dump.gz")" = old ] || fail "the good dump is gone"
[ "$(zcat "$folder/dump.1.gz")" = older ] || fail "the one before is gone"
[ "$(ls "$folder" | sort | tr '\n' ' ')" = "dump.1.gz dump.gz " ] || fail "leftovers: $(ls "$folder")"
[ "$(bash nightly.sh "$folder")" = "backup ok" ] || fail "the night after"
[ "$(zcat "$folder/dump.gz")" = "$full" ] && [ "$(zcat "$folder/dump.1.gz")" = old ] || fail "it keeps the one before"
[ "$(ls "$folder" | wc -l)" = 2 ] || fail "leftovers after a good night"
bash nightly.sh /nowhere/at/all >/tmp/out 2>&1; code=$?
[ $code -eq 1 ] || fail "exit $code when the folder is missing"
! grep -q "backup ok" /tmp/out || fail "ok without a folder"
PATH=/tmp/bin:$PATH; mkdir -p /tmp/bin; printf '#!/bin/sh\nexit 3\n' >/tmp/bin/gzip; chmod +x /tmp/bin/gzip
bash nightly.sh "$folder" >/tmp/out 2>&1 && fail "gzip fails, and it says nothing"
[ "$(ls "$folder" | sort | tr '\n' ' ')" = "dump.1.gz dump.gz " ] || fail "leftovers when gzip fails"
echo "check: all good"
