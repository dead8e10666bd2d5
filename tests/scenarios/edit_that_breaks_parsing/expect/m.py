def total(xs):
    return float(sum(xs))


def mean(xs):
    return total(xs) / len(xs)
