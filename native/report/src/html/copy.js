// A finding as a query: over the files in SQL and PySpark, and as a comparison of the rows that it is about.

import { isSafeSqlName, backquoted, sqlString, pythonString, pythonValue, shellWord } from "./quote.js";
import { isCut } from "./text.js";
/** @import { Column, Finding, Report, Text } from "./types" */

/** @typedef {{ label: string, text?: string, reason?: string }} Offer */

/** Rows that a query over a whole column shows. */
const SHOWN = 100;
/** Values that stand in a query; a row without a key may have thousands. */
const MOST_VALUES = 200;

/** Options whose values a document does not tell where columns are masked. */
const HIDDEN = ["where", "left_where", "right_where", "null_equals"];

/** @param {unknown} value @returns {boolean} */
function hasMasked(value) {
  return value === "(masked)" || (typeof value === "object" && Object.values(value ?? {}).some(hasMasked));
}

/** The other side's name of a column. @param {Report} report @param {string} name */
function rightName(report, name) {
  const rename = /** @type {Record<string, unknown>} */ (report.options?.rename ?? {});
  if (Object.hasOwn(rename, name)) return String(rename[name]);
  const key = report.keys?.find((key) => key.left === name);
  return key ? key.right : name;
}

/** The parts of a column's path: a dot inside a name does not part it. @param {Report} report @param {string} name */
export function pathOf(report, name) {
  const structs = new Set(
    report.columns.filter((column) => column.left_type.startsWith("struct")).map((column) => column.name),
  );
  /** @type {string[]} */
  const parts = [];
  let start = 0;
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    if (!structs.has(name.slice(0, dot))) continue;
    parts.push(name.slice(start, dot));
    start = dot + 1;
  }
  return [...parts, name.slice(start)];
}

/** What a row must fulfil: names by side, and the value. @param {Report} report @param {Finding} finding */
function conditions(report, finding) {
  /** @type {{ left: string, right: string, value: Text }[]} */
  const all = [];
  if (finding.key && report.keys) {
    report.keys.forEach((key, i) => all.push({ left: key.left, right: key.right, value: finding.key?.[i] ?? null }));
  } else if (finding.values) {
    report.columns.forEach((column, i) => {
      const value = finding.values?.[i] ?? null;
      if (/^(struct|array|map|binary|interval)/.test(column.left_type) || column.masked) return;
      all.push({ left: column.name, right: rightName(report, column.name), value });
    });
  }
  return all;
}

/** Why a finding cannot be copied; null where it can. @param {Report} report @param {Finding} finding */
export function refusal(report, finding) {
  if (report.left.path === "" || report.right.path === "") return "A side has no path, so there are no files to query.";
  if (report.keys?.some((key) => key.masked)) return "The key is masked, so no query can name its values.";
  if (HIDDEN.some((name) => hasMasked(report.options?.[name])))
    return "The comparison had options that are masked here, so it cannot be asked again.";
  if (finding.key || finding.values) {
    const all = conditions(report, finding);
    if (all.length === 0) return "Nothing tells this row from the others.";
    if (all.length > MOST_VALUES) return "Without a key the row has too many values for a query.";
    if (all.some(({ value }) => isCut(value))) return "A value that tells the row is too long to stand in a query.";
  }
  return null;
}

/** The queries of a finding. @param {Report} report @param {Finding} finding @returns {Offer[]} */
export function offers(report, finding) {
  return [sqlOffer(report, finding), pysparkOffer(report, finding), comparisonOffer(report, finding)];
}

/** @param {Report} report @param {Finding} finding @returns {Offer} */
function sqlOffer(report, finding) {
  const names = [
    ...conditions(report, finding).flatMap(({ left, right }) => [left, right]),
    ...(finding.columns ?? []),
    ...keyNames(report),
  ];
  const all = [
    ...names,
    ...(finding.columns ?? []).map((name) => rightName(report, name)),
    report.left.path,
    report.right.path,
  ];
  if (!all.every(isSafeSqlName)) {
    return { label: "SQL", reason: "A name or path has characters that a SQL shell could misread. Take PySpark." };
  }
  return {
    label: "SQL",
    text: finding.key || finding.values ? sqlOfRow(report, finding) : sqlOfColumn(report, finding),
  };
}

/** @param {Report} report */
function keyNames(report) {
  return (report.keys ?? []).flatMap((key) => [key.left, key.right]);
}

/** @param {Report} report @param {string} name */
function quotedPath(report, name) {
  return pathOf(report, name).map(backquoted).join(".");
}

/** A predicate for rows of a side. @param {Report} report @param {Finding} finding @param {"left" | "right"} side */
export function predicate(report, finding, side) {
  return conditions(report, finding)
    .map(
      ({ [side]: name, value }) =>
        `${quotedPath(report, name)} ${value === null ? "IS NULL" : `= ${sqlString(value)}`}`,
    )
    .join(" AND ");
}

/** Columns that a query over a row shows. @param {Report} report @param {Finding} finding @param {"left" | "right"} side */
function shownColumns(report, finding, side) {
  if (!finding.columns) return null;
  const keys = (report.keys ?? []).map((key) => key[side]);
  const columns = finding.columns.slice(0, SHOWN).map((name) => (side === "left" ? name : rightName(report, name)));
  return [...new Set([...keys, ...columns])];
}

/** @param {Report} report @param {Finding} finding */
function sqlOfRow(report, finding) {
  const queries = finding.sides.map((side) => {
    const columns =
      shownColumns(report, finding, side)
        ?.map((name) => quotedPath(report, name))
        .join(", ") ?? "*";
    return `SELECT '${side}' AS side, ${columns} FROM parquet.${backquoted(report[side].path)} WHERE ${predicate(report, finding, side)}`;
  });
  return finding.columns ? queries.join("\nUNION ALL\n") : queries.join(";\n");
}

/** @param {Report} report @param {Finding} finding */
function sqlOfColumn(report, finding) {
  const name = finding.columns?.[0] ?? "";
  const left = `l.${quotedPath(report, name)}`;
  const right = `r.${quotedPath(report, rightName(report, name))}`;
  const keys = report.keys ?? [];
  const on = keys
    .map((key) => `l.${quotedPath(report, key.left)} <=> r.${quotedPath(report, key.right)}`)
    .join(" AND ");
  const shown = keys.map((key) => `l.${quotedPath(report, key.left)}`).join(", ");
  return (
    `SELECT ${shown}, ${left} AS left_value, ${right} AS right_value\n` +
    `FROM parquet.${backquoted(report.left.path)} l JOIN parquet.${backquoted(report.right.path)} r ON ${on}\n` +
    `WHERE NOT (${left} <=> ${right})\nLIMIT ${SHOWN}`
  );
}

/** @param {Report} report @param {Finding} finding @returns {Offer} */
function pysparkOffer(report, finding) {
  const column = (/** @type {string} */ name) => pythonString(quotedPath(report, name));
  const lines = ["from pyspark.sql import functions as F"];
  const read = (/** @type {"left" | "right"} */ side) => `spark.read.parquet(${pythonString(report[side].path)})`;
  if (finding.key || finding.values) {
    for (const side of finding.sides) {
      const tests = conditions(report, finding).map(({ [side]: name, value }) =>
        value === null
          ? `F.col(${column(name)}).isNull()`
          : `(F.col(${column(name)}) == F.lit(${pythonString(value)}))`,
      );
      const select = shownColumns(report, finding, side)
        ?.map((name) => `F.col(${column(name)})`)
        .join(", ");
      lines.push(`${side} = ${read(side)}.where(${tests.join(" & ")})`);
      lines.push(`${side}${select ? `.select(${select})` : ""}.show(truncate=False)`);
    }
  } else {
    const name = finding.columns?.[0] ?? "";
    const alias = (/** @type {string} */ side, /** @type {string} */ name) =>
      `F.col(${pythonString(`${side}.${quotedPath(report, name)}`)})`;
    const on = (report.keys ?? [])
      .map((key) => `${alias("l", key.left)}.eqNullSafe(${alias("r", key.right)})`)
      .join(" & ");
    const values = [alias("l", name), alias("r", rightName(report, name))];
    const keys = (report.keys ?? []).map((key) => alias("l", key.left));
    lines.push(`both = ${read("left")}.alias('l').join(${read("right")}.alias('r'), ${on})`);
    lines.push(`changed = both.where(~${values[0]}.eqNullSafe(${values[1]}))`);
    lines.push(
      `changed.select(${[...keys, `${values[0]}.alias('left_value')`, `${values[1]}.alias('right_value')`].join(", ")}).show(${SHOWN}, truncate=False)`,
    );
  }
  return { label: "PySpark", text: lines.join("\n") + "\n" };
}

/** Options that a repeated comparison takes over as they are. */
const KEPT = ["tolerance", "text", "null_equals", "unordered", "mask"];
/** What options are where nobody says anything. @type {Record<string, unknown>} */
const DEFAULTS = { duplicates: "pair", time_zone: "UTC" };

/** Options that say something. @param {Report} report @param {string[]} names @returns {[string, unknown][]} */
function saying(report, names) {
  const isEmpty = (/** @type {unknown} */ value) =>
    value === null ||
    value === undefined ||
    value === false ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0);
  return Object.entries(report.options ?? {}).filter(
    ([name, value]) => names.includes(name) && !isEmpty(value) && value !== DEFAULTS[name],
  );
}

/** A comparison of the rows that a finding is about. @param {Report} report @param {Finding} finding @returns {Offer} */
export function comparisonOffer(report, finding) {
  const isLocal = (/** @type {string} */ path) => !/^(?!file:)[a-z][a-z0-9+.-]*:\//i.test(path);
  const both = (/** @type {"left" | "right"} */ side) => {
    const own = report.options?.[`${side}_where`];
    const common = report.options?.where;
    const parts = [common, own, finding.key || finding.values ? predicate(report, finding, side) : ""].filter(
      (part) => typeof part === "string" && part !== "",
    );
    return parts.length > 1 ? parts.map((part) => `(${part})`).join(" AND ") : String(parts[0] ?? "");
  };
  const wheres = { left: both("left"), right: both("right") };
  const arranged =
    wheres.left === wheres.right
      ? [["where", wheres.left]]
      : [
          ["left_where", wheres.left],
          ["right_where", wheres.right],
        ];
  const filters = arranged.filter(([, text]) => text !== "");
  // No argument of a command can hold a NUL.
  const names = [report.left.path, report.right.path, ...keyNames(report), ...(finding.columns ?? [])];
  return isLocal(report.left.path) && isLocal(report.right.path) && !names.some((name) => name.includes("\0"))
    ? { label: "parity", text: command(report, finding, filters) }
    : { label: "compare_datasets", text: call(report, finding, filters) };
}

/** @param {Report} report @param {Finding} finding @param {string[][]} filters */
function command(report, finding, filters) {
  // A path that begins like an option would be taken for one.
  const path = (/** @type {string} */ path) => shellWord(path.startsWith("-") ? `./${path}` : path);
  const words = ["parity compare", path(report.left.path), path(report.right.path)];
  const flag = (/** @type {string} */ name, /** @type {string} */ value) => words.push(`--${name}=${shellWord(value)}`);
  for (const key of report.keys ?? []) flag("key", key.left === key.right ? key.left : `${key.left}=${key.right}`);
  const columns = finding.columns ?? [];
  columns.slice(0, SHOWN).forEach((name) => flag("column", name));
  for (const [name, value] of saying(report, ["exclude", "rename", "case_sensitive", "time_zone", "duplicates"])) {
    if (name === "exclude")
      /** @type {string[]} */ (value)
        .filter((name) => !columns.includes(name))
        .forEach((name) => flag("exclude", name));
    else if (name === "rename")
      Object.entries(/** @type {object} */ (value)).forEach(([left, right]) => flag("rename", `${left}=${right}`));
    else if (name === "case_sensitive") words.push("--case-sensitive");
    else flag(name.replace("_", "-"), String(value));
  }
  for (const [name, text] of filters) flag(String(name).replace("_", "-"), String(text));
  const kept = saying(report, KEPT);
  if (kept.length > 0) flag("options", JSON.stringify(Object.fromEntries(kept)));
  return words.join(" ");
}

/** @param {Report} report @param {Finding} finding @param {string[][]} filters */
function call(report, finding, filters) {
  const renamed = report.keys?.some((key) => key.left !== key.right);
  const keys = renamed
    ? Object.fromEntries((report.keys ?? []).map((key) => [key.left, key.right]))
    : report.keys?.map((key) => key.left);
  /** @type {[string, unknown][]} */
  const keywords = [
    ["keys", keys],
    ["columns", finding.columns?.slice(0, SHOWN)],
  ];
  keywords.push(.../** @type {[string, unknown][]} */ (filters), ...saying(report, ["rename", "duplicates", ...KEPT]));
  const given = keywords
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${pythonValue(value)}`);
  const paths = [report.left.path, report.right.path].map(pythonString).join(", ");
  return `from spark_parity import compare_datasets\nprint(compare_datasets(${[paths, ...given].join(", ")}))\n`;
}

/** @param {Column} column @returns {Finding} */
export function columnFinding(column) {
  return { title: `Column ${column.name}`, columns: [column.name], sides: ["left", "right"] };
}
