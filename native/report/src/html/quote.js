// Names and values inside SQL, Python, a shell and CSV, so that none of them means anything but itself there.

/** @import { Text } from "./types" */

// Beyond what is unseen: whatever a reader of SQL text looks for before it knows quotes.
const RISKY_IN_NAMES = /[;'"\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\$\{|--|\/\*|\\/u;
const UNSEEN_CHARACTER = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** @param {string} character @param {number} length */
function hexOf(character, length) {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(length, "0");
}

/**
 * Whether a name can stand in SQL text. A name has no escapes there, and shells cut statements at semicolons and fill in
 * `${…}` before anything knows of quotes.
 * @param {string} name
 */
export function isSafeSqlName(name) {
  return name !== "" && !RISKY_IN_NAMES.test(name);
}

/** A name in backquotes. @param {string} name */
export function backquoted(name) {
  return "`" + name.replaceAll("`", "``") + "`";
}

/** A value as a string of Spark's SQL. @param {string} value */
export function sqlString(value) {
  const escaped = value
    .replace(/[\\']/g, "\\$&")
    .replace(/[;"$%]/g, (c) => (c === "%" ? c : `\\u${hexOf(c, 4)}`))
    .replace(UNSEEN_CHARACTER, (c) => (c.length > 1 ? `\\U${hexOf(c, 8)}` : `\\u${hexOf(c, 4)}`));
  // A comment's beginning, for readers that do not know quotes.
  return `'${escaped.replaceAll("--", "-\\u002d").replaceAll("/*", "/\\u002a")}'`;
}

/** A value as a string of Python. @param {string} value */
export function pythonString(value) {
  const escaped = value
    .replace(/[\\']/g, "\\$&")
    .replace(UNSEEN_CHARACTER, (c) => (c.length > 1 ? `\\U${hexOf(c, 8)}` : `\\u${hexOf(c, 4)}`));
  return `'${escaped}'`;
}

/** A JSON value as Python. @param {unknown} value @returns {string} */
export function pythonValue(value) {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return pythonString(value);
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  const members = Object.entries(/** @type {object} */ (value));
  return `{${members.map(([name, member]) => `${pythonString(name)}: ${pythonValue(member)}`).join(", ")}}`;
}

/**
 * A word of a shell: as it is, in single quotes, or with escapes where a terminal would act on a character.
 * @param {string} word
 */
export function shellWord(word) {
  if (/^[\w./:@%+,-][\w./:=@%+,-]*$/.test(word)) return word;
  if (word.search(UNSEEN_CHARACTER) < 0) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = word.replace(/[\\'!]/g, (c) => (c === "!" ? "\\x21" : `\\${c}`));
  const seen = escaped.replace(UNSEEN_CHARACTER, (c) => {
    if (c.length > 1) return `\\U${hexOf(c, 8)}`;
    return c < "\x80" ? `\\x${hexOf(c, 2)}` : `\\u${hexOf(c, 4)}`;
  });
  return `$'${seen}'`;
}

/**
 * A field of CSV. Null is empty, an empty text is quoted. What a spreadsheet would take for a formula gets an
 * apostrophe in front; numbers stay numbers.
 * @param {Text} value
 */
export function csvField(value) {
  if (value === null) return "";
  const isFormula = /^[=+\-@\t\r]/.test(value) && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value);
  const text = isFormula ? `'${value}` : value;
  return text === "" || /[",\r\n;\t']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines of CSV. @param {Text[][]} lines */
export function csv(lines) {
  return lines.map((fields) => fields.map(csvField).join(",") + "\r\n").join("");
}
