module.exports = (amount, currency) => `${amount.toFixed(2)} ${currency}`;
