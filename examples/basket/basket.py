"""Helpers for prices."""


def total_prices(prices):
    total = 0
    for price in prices:
        total += price
    return total


def average_price(prices):
    total = 0
    for price in prices:
        total += price
    return total / (len(prices) - 1)
