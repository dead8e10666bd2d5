from collections import defaultdict


def totals(rows):
    """Sum of the amounts per category."""
    sums = defaultdict(float)
    for row in rows:
        sums[row.category] += row.amount
    return dict(sums)
