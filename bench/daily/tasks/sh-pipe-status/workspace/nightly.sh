#!/bin/bash
# nightly.sh FOLDER: writes FOLDER/dump.gz and keeps the one before as FOLDER/dump.1.gz.

folder=$1
here=$(dirname "$0")

[ -f "$folder/dump.gz" ] && mv "$folder/dump.gz" "$folder/dump.1.gz"
"$here/dump.sh" | gzip >"$folder/dump.gz"
if [ $? -eq 0 ]; then
  echo "backup ok"
else
  echo "backup failed" >&2
  exit 1
fi
