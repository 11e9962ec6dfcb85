// Check digits, as the server computes them: of accounts, tax numbers and machine-readable zones.
const digits = (text) => [...text].map(Number);
const weighted = (text, weights) => weights.reduce((sum, weight, i) => sum + weight * Number(text[i]), 0);

/** ISO 7064 mod 97-10, letters counting from 10; right when it is 1. */
export function mod97(text) {
  let rest = 0;
  for (const sign of text) {
    const value = parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** The mod 10 of card numbers, from the right. */
export function luhn(text) {
  const sum = digits(text).reverse().reduce((total, digit, i) => total + (i % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit), 0);
  return sum % 10 === 0;
}

/** ISO 7064 mod 11,10. */
function mod1110(text) {
  let p = 10;
  for (const digit of digits(text.slice(0, -1))) p = (2 * ((digit + p) % 10 || 10)) % 11;
  return (11 - p) % 10 === Number(text.at(-1));
}

const sums = (weights, modulus) => (rest) => weighted(rest, weights) % modulus === 0;
const elevenTest = (rest) => weighted(rest, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && Number(rest.slice(0, 9)) > 0;

// What follows the country letters; the shape was seen to be right before.
const VAT = {
  AT: (rest) => rest[0] === "U" && (96 - digits(rest.slice(1, 8)).reduce((sum, digit, i) => sum + (i % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit), 0)) % 10 === Number(rest[8]),
  BE: (rest) => /^[01]/.test(rest.padStart(10, "0")) && (Number(rest.slice(0, -2)) + Number(rest.slice(-2))) % 97 === 0,
  DE: (rest) => rest[0] !== "0" && mod1110(rest),
  DK: (rest) => rest[0] !== "0" && weighted(rest, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  EE: sums([3, 7, 1, 3, 7, 1, 3, 7, 1], 10),
  EL: (rest) => (weighted(rest, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === Number(rest[8]),
  FI: sums([7, 9, 10, 5, 8, 4, 2, 1], 11),
  HR: mod1110,
  HU: sums([9, 7, 3, 1, 9, 7, 3, 1], 10),
  LU: (rest) => Number(rest.slice(0, 6)) % 89 === Number(rest.slice(6)),
  MT: (rest) => rest[0] !== "0" && weighted(rest, [3, 4, 6, 7, 8, 9, 10, 1]) % 37 === 0,
  NL: (rest) => rest[9] === "B" && (elevenTest(rest) || mod97(`NL${rest}`) === 1),
  PL: (rest) => weighted(rest, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === Number(rest[9]),
  PT: (rest) => rest[0] !== "0" && ((11 - (weighted(rest, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === Number(rest[8]),
  SI: (rest) => rest[0] !== "0" && (11 - (weighted(rest, [8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(rest[7]) && weighted(rest, [8, 7, 6, 5, 4, 3, 2]) % 11 > 0,
};

/** Whether the check digits of a VAT number agree; nothing where only the server can tell. */
export const vatDigits = (country, rest) => VAT[country]?.(rest);

/** The check digit of a stretch of a machine-readable zone (ICAO Doc 9303). */
export function zoneDigit(text) {
  const sum = [...text].reduce((total, sign, i) => total + (sign === "<" ? 0 : parseInt(sign, 36)) * [7, 3, 1][i % 3], 0);
  return String(sum % 10);
}

// Where a line of so many characters has a digit, and the stretches that it checks.
const ZONES = {
  36: [[9, [[0, 9]]], [19, [[13, 19]]], [27, [[21, 27]]]],
  44: [[9, [[0, 9]]], [19, [[13, 19]]], [27, [[21, 27]]], [43, [[0, 10], [13, 20], [21, 43]]]],
};

/** Which of a zone's check digits do not agree; nothing where this line has none that are known. */
export function zoneFails(line) {
  const zone = /^[A-Z0-9<]{9}[0-9<]/.test(line) ? ZONES[line.length] : undefined;
  return zone?.filter(([at, covers]) => line[at] !== "<" && line[at] !== zoneDigit(covers.map(([a, b]) => line.slice(a, b)).join(""))).length;
}
