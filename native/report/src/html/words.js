// What the report says in words of causes and columns, and the kinds of types.

/** @import { Column, Words } from "./types" */

/** A cause without its figure. @param {string} cause */
export function causeKind(cause) {
  return cause.split(":", 1)[0] ?? cause;
}

/** A cause in words. @param {Words} words @param {string} cause */
export function causeWords(words, cause) {
  return Object.hasOwn(words.causes, cause) ? String(words.causes[cause]) : cause;
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
