import io
import unittest

from expenses.reader import Row, read_rows
from expenses.report import totals

QUOTED = '''date,description,category,amount
2026-04-01,"Dinner, two guests",travel,88.00

2026-04-02,"Cable, 3 m, ""USB-C""",office,9.90
2026-04-03,Stamps,office,5.10
'''


class Check(unittest.TestCase):
    def test_quoted_fields(self):
        self.assertEqual(totals(read_rows(io.StringIO(QUOTED))), {"travel": 88.0, "office": 15.0})

    def test_descriptions_are_kept(self):
        rows = list(read_rows(io.StringIO(QUOTED)))
        self.assertEqual(rows[0], Row("2026-04-01", "Dinner, two guests", "travel", 88.0))
        self.assertEqual(rows[1].description, 'Cable, 3 m, "USB-C"')

    def test_blank_lines_are_skipped(self):
        self.assertEqual(len(list(read_rows(io.StringIO(QUOTED)))), 3)
