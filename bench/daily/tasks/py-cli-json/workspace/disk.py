#!/usr/bin/env python3
"""Prints how much each folder below a place holds, largest first."""

import argparse
import os
import sys


def size_of(folder):
    total = 0
    for root, _, files in os.walk(folder):
        total += sum(os.lstat(os.path.join(root, name)).st_size for name in files)
    return total


def measure(place):
    """(path relative to `place`, bytes) of each folder directly in it, largest first."""
    folders = sorted(entry.name for entry in os.scandir(place)
                     if entry.is_dir(follow_symlinks=False))
    return sorted(((name, size_of(os.path.join(place, name))) for name in folders),
                  key=lambda item: -item[1])


def human(size):
    for unit in ("B", "K", "M"):
        if size < 1024:
            return f"{size:.0f}{unit}"
        size /= 1024
    return f"{size:.1f}G"


def main(argv, out=sys.stdout):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", nargs="?", default=".")
    parser.add_argument("--top", type=int, metavar="N", help="only the N largest")
    args = parser.parse_args(argv)
    sizes = measure(args.place)
    for name, size in sizes[:args.top]:
        print(f"{human(size):>8}  {name}", file=out)
    print(f"{human(sum(size for _, size in sizes)):>8}  total", file=out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
