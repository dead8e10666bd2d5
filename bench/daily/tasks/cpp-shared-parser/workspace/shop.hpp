#pragma once

#include <string>
#include <vector>

// Sum of amounts like "12.50", in cents; -1 when one of them is no amount.
long invoice_total(const std::vector<std::string>& amounts);

// What is paid back of an amount, in cents, less a fee of 10%; -1 when it is no amount.
long refund(const std::string& amount);
