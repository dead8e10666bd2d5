import sys

from expenses.reader import read_rows
from expenses.report import totals


def main(path):
    with open(path, encoding="utf-8") as file:
        sums = totals(read_rows(file))
    for category in sorted(sums):
        print(f"{category:<12} {sums[category]:>10.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
