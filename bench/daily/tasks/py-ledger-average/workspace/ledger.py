def total_invoices(invoices):
    total = 0
    for invoice in invoices:
        total += invoice
    return total


def average_invoice(invoices):
    total = 0
    for invoice in invoices:
        total += invoice
    return total * len(invoices)
