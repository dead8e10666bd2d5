const fs = require("fs");
const path = require("path");

const rates = JSON.parse(fs.readFileSync(path.join(__dirname, "..", "data", "rates.json"), "utf8"));

exports.convert = function (amount, from, to) {
  for (const currency of [from, to]) {
    if (!(currency in rates)) throw new RangeError(`no rate for ${currency}`);
  }
  return (amount / rates[from]) * rates[to];
};

exports.currencies = () => Object.keys(rates).sort();
