set -u
same() { [ "$1" = "$2" ] || { echo "FAILED: $3: got '$1'"; exit 1; }; }
same "$(sh errors.sh sample.log)" "$(printf '3 disk\n1 net')" "as before"
same "$(sh errors.sh -s 2026-05-01 sample.log)" "$(printf '2 disk\n1 net')" "from a day on, itself included"
same "$(sh errors.sh -s 2026-05-02 sample.log)" "$(printf '1 disk\n1 net')" "a later day"
same "$(sh errors.sh -s 2027-01-01 sample.log)" "" "nothing"
cp sample.log "/tmp/with space.log"
same "$(sh errors.sh -s 2026-05-03 sample.log '/tmp/with space.log')" "2 disk" "two files"
same "$(sh errors.sh sample.log '/tmp/with space.log')" "$(printf '6 disk\n2 net')" "two files, all"
for bad in 1.5.2026 2026-5-1 yesterday 2026-05-01x ''; do
  out=$(sh errors.sh -s "$bad" sample.log 2>/tmp/err); code=$?
  same "$code$out" 2 "a date '$bad'"
  [ -s /tmp/err ] || { echo "FAILED: no message for '$bad'"; exit 1; }
done
for args in "" "-s" "-s 2026-05-01" "-x sample.log"; do
  sh errors.sh $args </dev/null >/tmp/out 2>/tmp/err; code=$?
  same "$code" 2 "arguments '$args'"
done
echo "check: all good"
