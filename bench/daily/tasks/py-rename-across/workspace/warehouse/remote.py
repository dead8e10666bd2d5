"""The supplier's price list."""


def fetch(connection, name):
    """Asks the supplier for a price."""
    return connection.get(f"/prices/{name}")
