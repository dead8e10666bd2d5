# Without what the agent may have built.
set -e
mkdir /tmp/fresh
find . -type f ! -name '*.o' ! -name '*.d' ! -name shapes -exec cp --parents {} /tmp/fresh \;
cd /tmp/fresh
find . | sort >/tmp/before
make >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
test "$(./shapes)" = "4 sides, 8.0 around"
make -q || { echo "the second make builds something"; exit 1; }
sleep 1.1
sed -i 's/SIDES 4/SIDES 6/' src/shape.h
make >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
for source in main shape print; do
  grep -q "src/$source.c" /tmp/log || { echo "$source.o was not built again"; exit 1; }
done
test "$(./shapes)" = "6 sides, 12.0 around"
sleep 1.1
touch src/print.h
make >/tmp/log 2>&1
! grep -q "src/shape.c" /tmp/log || { echo "shape.o was built for nothing"; exit 1; }
grep -q "src/print.c" /tmp/log
# Not listed by hand: a header that comes new is noticed as well.
echo '#define MORE 1' >src/more.h
sed -i '1i #include "more.h"' src/shape.c
make >/tmp/log 2>&1
make -q || { echo "make builds twice after a new header"; exit 1; }
sleep 1.1
touch src/more.h
make -q && { echo "a new header is not noticed"; exit 1; }
make >/tmp/log 2>&1
rm src/more.h
make clean >/tmp/log
find . | sort >/tmp/after
cmp /tmp/before /tmp/after || { echo "make clean leaves something"; exit 1; }
echo "check: all good"
