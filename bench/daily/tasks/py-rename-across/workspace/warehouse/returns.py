from warehouse.store import fetch as remove_from_stock


def exchange(stock, given, wanted):
    """A customer brings one item and gets another."""
    remove_from_stock(stock, wanted)
    stock.items[given] = stock.count(given) + 1
