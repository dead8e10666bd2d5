#!/usr/bin/env node
const { convert, format } = require("../src");

if (require.main === module) {
  const [amount, from, to] = process.argv.slice(2);
  try {
    console.log(format(convert(Number(amount), from, to), to));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
