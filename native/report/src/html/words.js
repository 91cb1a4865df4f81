// Causes and types in plain words.

/** @import { Column } from "./types" */

/** @type {Record<string, string>} */
const CAUSES = {
  null_left: "null vanishes",
  null_right: "null appears",
  case: "upper and lower case",
  outer_space: "spaces at the ends",
  inner_space: "spaces inside",
  unicode_form: "Unicode form",
  encoding: "broken encoding",
  number_as_text: "same number, other text",
  truncated: "cut off",
  sign: "sign",
  scale: "power of ten",
  float_precision: "float against double",
  rounding: "rounded",
  cut: "digits cut off",
  day_shift: "shifted by a day",
  day_and_month: "day and month swapped",
  time_shift: "shifted in time",
  date_truncated: "time of day cut off",
  offset: "constant offset",
  other: "no known cause",
};

/** A cause without its figure. @param {string} cause */
export function causeKind(cause) {
  return cause.split(":", 1)[0] ?? cause;
}

/** A cause in words. @param {string} cause */
export function causeWords(cause) {
  const kind = causeKind(cause);
  const words = Object.hasOwn(CAUSES, kind) ? CAUSES[kind] : kind;
  if (kind === cause) return String(words);
  const figure = cause.slice(kind.length + 1);
  switch (kind) {
    case "truncated":
      return `cut off after ${figure} characters`;
    case "scale":
      return `times 10^${figure}`;
    case "rounding":
      return `rounded to ${figure} ${figure === "1" ? "place" : "places"}`;
    case "cut":
      return `cut off after ${figure} places`;
    default:
      return `${words} ${figure}`;
  }
}

/** A type without its parameters. @param {string} type */
export function typeKind(type) {
  return /^[^(<]*/.exec(type)?.[0] ?? type;
}

/** The types of a column: one, or both where they differ. @param {Column} column */
export function typesOf(column) {
  return column.left_type === column.right_type ? column.left_type : `${column.left_type} → ${column.right_type}`;
}

/** The causes of a column, most frequent first. @param {Column} column @returns {[string, number][]} */
export function causesOf(column) {
  return Object.entries(column.causes).sort((a, b) => b[1] - a[1]);
}

/** Whether a type holds elements. @param {string} type */
export function isNested(type) {
  return /^(array|map)</.test(type);
}
