import io
import unittest

from expenses.reader import read_rows
from expenses.report import totals

PLAIN = """date,description,category,amount
2026-03-01,Train to Bremen,travel,48.50

2026-03-02,Paper,office,12.00
2026-03-04,Taxi,travel,21.50
"""


class ReportTest(unittest.TestCase):
    def test_sums_per_category(self):
        self.assertEqual(totals(read_rows(io.StringIO(PLAIN))), {"travel": 70.0, "office": 12.0})

    def test_empty_file(self):
        self.assertEqual(list(read_rows(io.StringIO(""))), [])
