#!/bin/bash
# Prints the whole database. DUMP_FAILS is for trying out what happens then.
echo "CREATE TABLE t (x);"
if [ -n "${DUMP_FAILS:-}" ]; then
  echo "dump.sh: connection lost" >&2
  exit 1
fi
for i in 1 2 3; do echo "INSERT INTO t VALUES ($i);"; done
