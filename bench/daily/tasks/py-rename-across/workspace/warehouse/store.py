"""What is in the warehouse."""


class OutOfStock(Exception):
    pass


class Store:
    def __init__(self, items):
        self.items = dict(items)

    def count(self, name):
        return self.items.get(name, 0)


def fetch(store, name, amount=1):
    """Removes `amount` of an item and returns how many are left."""
    left = store.count(name) - amount
    if left < 0:
        raise OutOfStock(f"{name}: {store.count(name)} left, {amount} wanted")
    store.items[name] = left
    return left
