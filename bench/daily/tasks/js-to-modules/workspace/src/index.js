const { convert } = require("./convert");
const format = require("./format");

module.exports = { convert, format };
