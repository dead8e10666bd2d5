def total_vouchers(vouchers):
    total = 0
    for voucher in vouchers:
        total += voucher


def multiply_coupons(coupons):
    product = 1
    for coupon in coupons:
        product *= coupon
    return product
