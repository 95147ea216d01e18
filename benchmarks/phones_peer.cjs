// Times libphonenumber-js (max metadata) on the lines of a file. Prints nanoseconds per line.
const { readFileSync } = require("fs");
const { parsePhoneNumberFromString } = require("libphonenumber-js/max");

const [file, region] = process.argv.slice(2);
const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
let bytes = 0;
for (let round = 0; round < 2; round++) {
  const start = process.cpuUsage(); // processor time, in microseconds
  for (const line of lines) {
    const number = parsePhoneNumberFromString(line, region);
    if (!number) continue;
    bytes += number.number.length + number.nationalNumber.length + number.formatNational().length;
    bytes += (number.country || "").length + (number.getType() || "").length + number.isValid() + number.isPossible();
  }
  const { user, system } = process.cpuUsage(start);
  const spent = 1000 * (user + system);
  if (round === 1) console.log(spent / lines.length, bytes);
}
