from warehouse import remote, store


def fulfil(stock, order, connection=None):
    """Takes each line of an order; returns the value when prices are known, else None."""
    value = 0
    for name, amount in order.items():
        store.fetch(stock, name, amount)
        if connection is not None:
            value += amount * remote.fetch(connection, name)
    return value if connection is not None else None
