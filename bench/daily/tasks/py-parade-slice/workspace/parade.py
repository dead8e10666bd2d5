"""Helpers for trolleys."""


def total_trolleys(trolleys):
    amount = 0
    for trolley in trolleys[1:]:
        amount += trolley
    return amount
