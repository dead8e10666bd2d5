set -e
data() { printf 'b\na\nb\nc\nb\na\n'; }
same() { [ "$1" = "$2" ] || { echo "FAILED: $3: got '$1'"; exit 1; }; }
two=$(printf 'b\na')
same "$(data | ./uniqc)" "$(printf 'b\na\nc')" "without flags"
same "$(data | ./uniqc -l 2)" "$two" "-l 2"
same "$(data | ./uniqc -l2)" "$two" "-l2"
same "$(data | ./uniqc -l 1)" "$(printf 'b\na\nc')" "-l 1"
same "$(data | ./uniqc -l 4)" "" "-l 4"
for flags in "-c -l 2" "-l 2 -c" "-cl 2" "-cl2"; do
  same "$(data | ./uniqc $flags)" "$(printf '     3 b\n     2 a')" "$flags"
done
for bad in "-l 0" "-l -1" "-l x" "-l 2x" "-l" "-z" "-l 2 file"; do
  code=0; data | ./uniqc $bad >/tmp/out 2>/tmp/err || code=$?
  same "$code" 2 "exit code of $bad"
  grep -q usage /tmp/err
  [ ! -s /tmp/out ] || { echo "FAILED: $bad prints lines"; exit 1; }
done
./uniqc -z 2>&1 </dev/null | grep -q -e '-l' || { echo "FAILED: -l is not in the usage"; exit 1; }
echo "check: all good"
