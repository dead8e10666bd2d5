from warehouse.orders import fulfil
from warehouse.store import Store, fetch

__all__ = ["Store", "fetch", "fulfil"]
