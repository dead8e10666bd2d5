set -e
g++ -std=c++20 -Wall -o check check.cpp invoice.cpp refund.cpp money.cpp
./check
# One definition only, and the Makefile knows the new file.
test "$(cat invoice.cpp refund.cpp money.cpp money.hpp | grep -c 'whole = whole \* 10')" -le 1
! grep -q isdigit invoice.cpp refund.cpp
grep -q money.cpp Makefile
echo "check: all good"
