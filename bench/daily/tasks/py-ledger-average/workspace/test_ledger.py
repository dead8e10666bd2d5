import unittest

from ledger import total_invoices, average_invoice


class LedgerTest(unittest.TestCase):
    def test_total_invoices(self):
        self.assertEqual(total_invoices([4, 9, 11]), 24)

    def test_average_invoice(self):
        self.assertEqual(average_invoice([4, 9, 11]), 8)


if __name__ == "__main__":
    unittest.main()
