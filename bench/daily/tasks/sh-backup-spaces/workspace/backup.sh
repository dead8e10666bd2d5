#!/bin/sh
# backup.sh FROM TO: copies all .txt and .md files below FROM to TO, with their folders.
set -eu

from=$1
to=$2

for file in $(find $from -name '*.txt' -o -name '*.md'); do
  target=$to/${file#$from/}
  mkdir -p $(dirname $target)
  cp $file $target
done
echo "saved to $to"
