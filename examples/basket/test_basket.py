import unittest

from basket import total_prices, average_price


class BasketTest(unittest.TestCase):
    def test_total_prices(self):
        self.assertEqual(total_prices([3, 4, 8]), 15)

    def test_average_price(self):
        self.assertEqual(average_price([3, 4, 8]), 5)


if __name__ == "__main__":
    unittest.main()
