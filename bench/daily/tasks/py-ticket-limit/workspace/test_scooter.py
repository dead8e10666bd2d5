import unittest

from scooter import count_tickets_above


class ScooterTest(unittest.TestCase):
    def test_count_tickets_above(self):
        self.assertEqual(count_tickets_above([5, 12, 21, 8], 12), 1)
        self.assertEqual(count_tickets_above([5, 12, 21, 8], 4), 4)


if __name__ == "__main__":
    unittest.main()
