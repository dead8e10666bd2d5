import unittest

from shapes import surface


class ShapesTest(unittest.TestCase):
    def test_area(self):
        self.assertEqual(surface(3, 4), 7)


if __name__ == "__main__":
    unittest.main()
