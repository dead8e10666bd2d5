import io
import os
import tempfile
import unittest

import disk


def fill(place):
    for name, size in (("small", 10), ("large", 3000), ("middle", 500)):
        os.mkdir(os.path.join(place, name))
        with open(os.path.join(place, name, "data"), "wb") as file:
            file.write(b"x" * size)


class DiskTest(unittest.TestCase):
    def test_text(self):
        with tempfile.TemporaryDirectory() as place:
            fill(place)
            out = io.StringIO()
            self.assertEqual(disk.main([place, "--top", "2"], out), 0)
        self.assertEqual(out.getvalue(), "      3K  large\n    500B  middle\n      3K  total\n")


if __name__ == "__main__":
    unittest.main()
