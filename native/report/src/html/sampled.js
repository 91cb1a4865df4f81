// The rows that a document has without further rows: its samples, put together in the form that rows have.

import { keyValues, own } from "./detail.js";
/** @import { Cell, Report, Rows, Text } from "./types" */

/** The rows that a document itself has, as samples. @param {Report} report @returns {Rows} */
export function sampledRows(report) {
  const { samples, counts } = report;
  const keyOf = (/** @type {Record<string, Text>} */ key, /** @type {number | undefined} */ row) =>
    row === undefined ? JSON.stringify(key) : `#${row}`;
  /** @type {Map<string, Cell[]>} */
  const cells = new Map();
  report.columns.forEach((column, place) => {
    const [only] = Object.keys(column.causes).length === 1 ? Object.keys(column.causes) : [];
    for (const { key, left, right, cut, row } of column.samples) {
      const id = keyOf(key, row);
      if (!cells.has(id)) cells.set(id, []);
      cells.get(id)?.push({ column: place, left, right, cause: only ?? null, ...(cut ? { cut } : {}) });
    }
  });
  const places = new Map(report.columns.map((column, place) => [column.name, place]));
  const changed = samples.changed.map(({ key, columns, row }) => {
    const found = cells.get(keyOf(key, row)) ?? [];
    const known = new Set(found.map((cell) => cell.column));
    const unseen = columns.map((name) => places.get(name)).filter((place) => place !== undefined && !known.has(place));
    const others = unseen.map((place) => ({
      column: /** @type {number} */ (place),
      left: null,
      right: null,
      cause: null,
      isUnseen: true,
    }));
    return { key: keyValues(report, key), cells: [...found, ...others].sort((a, b) => a.column - b.column) };
  });
  const oneSided = (/** @type {Record<string, Text>[]} */ keys, /** @type {Text[][] | undefined} */ values) =>
    keys.map((key, i) => ({
      key: keyValues(report, key),
      values: values?.[i] ?? (report.keys ? [] : report.columns.map((column) => own(key, column.name))),
    }));
  const duplicates = (samples.duplicates ?? []).map(({ side, key, rows }) => ({
    side,
    key: keyValues(report, key),
    rows,
  }));
  return {
    limit: 0,
    changed: { total: counts.changed ?? 0, rows: changed },
    only_left: { total: counts.only_left ?? 0, rows: oneSided(samples.only_left, samples.only_left_values) },
    only_right: { total: counts.only_right ?? 0, rows: oneSided(samples.only_right, samples.only_right_values) },
    duplicates: { total: (counts.duplicate_keys_left ?? 0) + (counts.duplicate_keys_right ?? 0), rows: duplicates },
  };
}
