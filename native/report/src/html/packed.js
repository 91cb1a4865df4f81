// Rows put together again from their columns, as the payload holds them.

/** @import { ChangedRow, OneSidedRow, PackedChanged, PackedColumn, PackedOneSided, PackedRows, Rows, Text } from "./types" */

/** The values of a column: one text with marks between, in which null is a mark too, or a list. @param {PackedColumn} column @returns {Text[]} */
function values(column) {
  if (typeof column !== "string") return column;
  /** @type {Text[]} */
  const all = column.split("|");
  for (let i = all.indexOf("~"); i >= 0; i = all.indexOf("~", i + 1)) all[i] = null;
  return all;
}

/** Rows of so many values. @param {PackedColumn[]} columns @param {number} count @returns {Text[][]} */
function turned(columns, count) {
  const all = columns.map(values);
  return Array.from({ length: count }, (_, row) => all.map((column) => column[row] ?? null));
}

/** @param {PackedOneSided} packed @returns {OneSidedRow[]} */
function oneSided({ count, keys, values }) {
  const found = turned(values, count);
  return turned(keys, count).map((key, row) => ({ key, values: found[row] ?? [] }));
}

/** @param {PackedChanged} packed @returns {ChangedRow[]} */
function changed({ count, keys, columns }) {
  /** @type {ChangedRow[]} */
  const rows = turned(keys, count).map((key) => ({ key, cells: [] }));
  for (const packed of columns) {
    const both = values(packed.values);
    const causes = values(packed.causes);
    let row = 0;
    packed.rows.forEach((distance, i) => {
      row += distance;
      const cut = packed.cuts?.[i];
      rows[row]?.cells.push({
        column: packed.column,
        left: both[2 * i] ?? null,
        right: both[2 * i + 1] ?? null,
        cause: causes[i] ?? null,
        ...(cut ? { cut } : {}),
      });
    });
  }
  return rows;
}

/** @param {PackedRows} packed @returns {Rows} */
export function unpackedRows({ limit, changed: both, only_left, only_right, duplicates }) {
  return {
    limit,
    changed: { total: both.total, rows: changed(both) },
    only_left: { total: only_left.total, rows: oneSided(only_left) },
    only_right: { total: only_right.total, rows: oneSided(only_right) },
    duplicates,
  };
}
