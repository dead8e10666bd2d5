import unittest

from parade import total_trolleys


class ParadeTest(unittest.TestCase):
    def test_total_trolleys(self):
        self.assertEqual(total_trolleys([6, 14, 2, 9]), 31)


if __name__ == "__main__":
    unittest.main()
