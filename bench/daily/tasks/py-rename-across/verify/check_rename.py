import unittest
import warnings

import warehouse
from warehouse import commands, remote, returns, store


class Prices:
    def get(self, path):
        return 3


class Check(unittest.TestCase):
    def setUp(self):
        self.stock = warehouse.Store({"bolt": 5})

    def test_take(self):
        self.assertEqual(store.take(self.stock, "bolt", 2), 3)
        self.assertIs(warehouse.take, store.take)
        self.assertIn("take", warehouse.__all__)
        self.assertIn("fetch", warehouse.__all__)

    def test_alias_warns_and_works(self):
        for fetch in (store.fetch, warehouse.fetch):
            with self.assertWarns(DeprecationWarning):
                fetch(self.stock, "bolt")
        self.assertEqual(self.stock.items, {"bolt": 3})

    def test_nothing_of_ours_warns(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warehouse.fulfil(self.stock, {"bolt": 1})
            returns.exchange(self.stock, "nut", "bolt")
            commands.resolve("take")(self.stock, "bolt")
        self.assertEqual(self.stock.items, {"bolt": 2, "nut": 1})

    def test_alias_passes_arguments(self):
        with self.assertWarns(DeprecationWarning):
            self.assertEqual(store.fetch(self.stock, name="bolt", amount=5), 0)

    def test_remote_keeps_its_name(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertEqual(commands.resolve("price")(Prices(), "nut"), 3)
        self.assertFalse(hasattr(remote, "take"))
