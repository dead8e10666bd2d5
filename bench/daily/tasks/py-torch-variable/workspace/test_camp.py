import unittest

from camp import average_torch


class CampTest(unittest.TestCase):
    def test_average_torch(self):
        self.assertEqual(average_torch([8, 10, 6]), 8)


if __name__ == "__main__":
    unittest.main()
