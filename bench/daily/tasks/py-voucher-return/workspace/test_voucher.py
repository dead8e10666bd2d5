import unittest

from voucher import total_vouchers, multiply_coupons


class VoucherTest(unittest.TestCase):
    def test_total_vouchers(self):
        self.assertEqual(total_vouchers([7, 3, 15]), 25)

    def test_multiply_coupons(self):
        self.assertEqual(multiply_coupons([2, 5, 3]), 30)


if __name__ == "__main__":
    unittest.main()
