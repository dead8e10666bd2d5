import unittest

from garage import multiply_crates


class GarageTest(unittest.TestCase):
    def test_multiply_crates(self):
        self.assertEqual(multiply_crates([2, 7, 4]), 56)


if __name__ == "__main__":
    unittest.main()
