import unittest

from warehouse import Store, fulfil
from warehouse.commands import resolve
from warehouse.returns import exchange


class Prices:
    def get(self, path):
        return {"/prices/bolt": 2, "/prices/nut": 1}[path]


class StockTest(unittest.TestCase):
    def test_fulfil(self):
        stock = Store({"bolt": 5, "nut": 9})
        self.assertEqual(fulfil(stock, {"bolt": 2, "nut": 3}, Prices()), 7)
        self.assertEqual(stock.items, {"bolt": 3, "nut": 6})

    def test_exchange(self):
        stock = Store({"bolt": 1})
        exchange(stock, "nut", "bolt")
        self.assertEqual(stock.items, {"bolt": 0, "nut": 1})

    def test_commands(self):
        self.assertEqual(resolve("price")(Prices(), "nut"), 1)
