// A column, opened: where its values went, what explains it, the most frequent changes, and samples.

import { el, svg, nameOf, valueOf, button } from "./dom.js";
import { counted, figure, firstElement, grouped, oneLine, percent } from "./text.js";
import { causeWords, causesOf, isNested, typesOf } from "./words.js";
import { columnFinding } from "./copy.js";
/** @import { Bars, Cell, Column, Finding, Key, Payload, Report, Sample, Text, Words } from "./types" */

/**
 * @typedef {object} Acts
 * @property {(finding: Finding) => void} copy shows a finding as queries
 * @property {(column: Column, cell: Sample | Cell, key: string) => void} whole shows both values whole
 * @property {(column: Column, cause: string) => void} rows shows the rows with this column and cause
 * @property {(column: Column) => void} link copies the address of a column
 */

/** A key on a line. @param {[string, Text][]} parts */
export function keyLine(parts) {
  const line = el("span", { class: "key" });
  parts.forEach(([name, value], i) => {
    line.append(i > 0 ? ", " : "", nameOf(name, 24), " = ", valueOf(value, null, 40));
  });
  return line;
}

/** What an opened column shows. @param {Payload} payload @param {Column} column @param {Acts} acts */
export function columnDetail({ document: report, words }, column, acts) {
  const what = words.columns[report.columns.indexOf(column)];
  const out = el("div", { class: "detail-body" });
  out.append(
    el("h3", { tabindex: "-1" }, nameOf(column.name, 200)),
    el("p", { class: "type" }, nameOf(typesOf(column), 400)),
    ...(what ? [el("p", { class: "what" }, oneLine(what))] : []),
    el(
      "p",
      { class: "actions" },
      button("Copy link", () => acts.link(column)),
      report.keys && column.mismatches > 0 && button("Copy as query", () => acts.copy(columnFinding(column))),
      column.mismatches > 0 && report.keys && button("Show rows", () => acts.rows(column, "")),
    ),
    figures(report, column),
  );
  if (column.masked) {
    out.append(
      el("p", { class: "remark" }, "This column is masked: its changed cells are counted, its values are never shown."),
    );
    return out;
  }
  if (column.mismatches === 0) return out;
  out.append(
    ...[causes(words, column, acts), distances(column), texts(column), changes(column), samples(report, column, acts)].filter(
      (part) => part !== null,
    ),
  );
  return out;
}

/** @param {Report} report @param {Column} column */
function figures(report, column) {
  const plain = column.mismatches - column.null_left - column.null_right;
  /** @type {[string, string][]} */
  const all = [
    ["changed cells", grouped(column.mismatches)],
    ["share of matched rows", percent(column.rate)],
    ["value became another", grouped(plain)],
    ["null appears", grouped(column.null_right)],
    ["null vanishes", grouped(column.null_left)],
  ];
  if (column.relaxed > 0) all.push(["equal within a relaxation", grouped(column.relaxed)]);
  if (column.max_difference !== null) all.push(["largest distance", figure(column.max_difference) + unitOf(column)]);
  if (report.counts.matched === 0) all.length = 0;
  return el(
    "dl",
    { class: "figures" },
    ...all.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}

/** The unit of a column's distances. @param {Column} column */
function unitOf(column) {
  const types = [column.left_type, column.right_type];
  if (types.some((type) => /^(timestamp|time)/.test(type))) return " s";
  return types.includes("date") ? " days" : "";
}

/** A part with its heading. @param {string} title @param {...(Node | string)} children */
function part(title, ...children) {
  return el("section", { class: "part" }, el("h4", {}, title), ...children);
}

/** A bar of this share in the colour of changes. @param {number} share @param {string} [kind] */
function bar(share, kind = "changed") {
  const width = `${Math.max(share * 100, share > 0 ? 1 : 0).toFixed(2)}%`;
  return svg(
    "svg",
    { class: "mini", width: "100%", height: 10, "aria-hidden": "true" },
    svg("rect", { class: `fill-${kind}`, width, height: 10 }),
  );
}

/** @param {Words} words @param {Column} column @param {Acts} acts */
function causes(words, column, acts) {
  const all = causesOf(column);
  if (all.length === 0) return null;
  const rows = all.map(([cause, cells]) =>
    el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        button(causeWords(words, cause), () => acts.rows(column, cause), {
          class: "plain",
          title: "Show the rows with this cause",
        }),
      ),
      el("td", { class: "bar-cell" }, bar(cells / column.mismatches)),
      el("td", { class: "n" }, grouped(cells)),
      el("td", { class: "n" }, percent(cells / column.mismatches)),
    ),
  );
  return part("Causes", el("table", {}, head(["cause", "", "cells", "share"], [2, 3]), el("tbody", {}, ...rows)));
}

/** @param {string[]} names @param {number[]} numbers places of columns with numbers */
function head(names, numbers) {
  return el(
    "thead",
    {},
    el(
      "tr",
      {},
      ...names.map((name, i) =>
        name === "" ? el("td", {}) : el("th", { scope: "col", class: numbers.includes(i) ? "n" : null }, name),
      ),
    ),
  );
}

/** A decade in words. @param {number} decade */
function decadeWords(decade) {
  if (decade <= -10) return "below 10⁻⁹";
  if (decade >= 18) return "10¹⁸ or more";
  const digits = (/** @type {number} */ power) =>
    [...String(power)].map((d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)])).join("");
  return Math.abs(decade) < 5
    ? `from ${Number(`1e${decade}`).toLocaleString("en-US", { maximumFractionDigits: 4 })}`
    : `from 10${digits(decade)}`;
}

/**
 * Columns side by side, as a picture with a table for those who do not see it.
 * @param {string} words @param {{ name: string, cells: number, kind: string }[]} bars
 */
function histogram(words, bars) {
  const most = Math.max(...bars.map((bar) => bar.cells), 1);
  const step = 100 / bars.length;
  const picture = svg("svg", { class: "histogram", role: "img", "aria-label": words, width: "100%", height: 96 });
  // A bar as wide as the page would say nothing, so a few bars stand apart from each other.
  const width = Math.min(step * 0.84, 12);
  const middle = (/** @type {number} */ i) => (i + 0.5) * step;
  bars.forEach(({ name, cells, kind }, i) => {
    const height = Math.max((cells / most) * 76, cells > 0 ? 2 : 0);
    const rect = svg(
      "rect",
      {
        class: `fill-${kind}`,
        x: `${(middle(i) - width / 2).toFixed(2)}%`,
        width: `${width.toFixed(2)}%`,
        y: (80 - height).toFixed(1),
        height: height.toFixed(1),
      },
      svg("title", {}, `${name}: ${grouped(cells)}`),
    );
    picture.append(rect);
  });
  picture.append(svg("line", { class: "axis", x1: 0, x2: "100%", y1: 80.5, y2: 80.5 }));
  const label = (/** @type {string | number} */ x, /** @type {string} */ anchor, /** @type {string} */ name) =>
    picture.append(svg("text", { x, y: 94, "text-anchor": anchor }, name));
  const [first, last] = [bars[0], bars[bars.length - 1]];
  if (bars.length <= 2) bars.forEach(({ name }, i) => label(`${middle(i)}%`, "middle", name));
  else if (first && last) {
    label(0, "start", first.name);
    label("100%", "end", last.name);
  }
  return el(
    "figure",
    {},
    picture,
    el(
      "details",
      {},
      el("summary", {}, "Figures"),
      el(
        "table",
        {},
        head(["range", "cells"], [1]),
        el(
          "tbody",
          {},
          ...bars
            .filter((bar) => bar.cells > 0)
            .map(({ name, cells }) =>
              el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "n" }, grouped(cells))),
            ),
        ),
      ),
    ),
  );
}

/** Ranges without a gap between the first and the last. @param {Bars} bars @returns {Bars} */
function filled(bars) {
  const cells = new Map(bars);
  const places = [...cells.keys()];
  const least = Math.min(...places);
  const out = /** @type {Bars} */ ([]);
  for (let place = least; place <= Math.max(...places); place += 1) out.push([place, cells.get(place) ?? 0]);
  return out;
}

/** @param {Column} column */
function distances(column) {
  const found = column.distances;
  if (!found || found.cells === 0) return null;
  const unit = unitOf(column);
  const both = filled([...found.lower, ...found.higher].map(([decade]) => [decade, 0]));
  const at = (/** @type {Bars} */ bars, /** @type {number} */ decade) =>
    bars.find(([place]) => place === decade)?.[1] ?? 0;
  const words = (/** @type {number} */ decade) => decadeWords(decade);
  const lower =
    found.lower.length === 0
      ? []
      : [...both]
          .reverse()
          .map(([decade]) => ({ name: `lower, ${words(decade)}`, cells: at(found.lower, decade), kind: "changed" }));
  const higher =
    found.higher.length === 0
      ? []
      : both.map(([decade]) => ({ name: `higher, ${words(decade)}`, cells: at(found.higher, decade), kind: "deep" }));
  const sum = (/** @type {Bars} */ bars) => bars.reduce((sum, [, cells]) => sum + cells, 0);
  const said = [
    `Right minus left: ${grouped(sum(found.lower))} lower, ${grouped(sum(found.higher))} higher, from ${figure(found.least)} to ${figure(found.greatest)}${unit}.`,
    found.commonest && `Most often ${found.commonest.difference} (${counted(found.commonest.cells, "cell", "cells")}).`,
  ];
  return part(
    "How far values moved",
    el("p", {}, said.filter(Boolean).join(" ")),
    histogram("Changed cells by the size of their difference, lower ones on the left", [...lower, ...higher]),
  );
}

/** A power of two as a range. @param {number} power @param {string} one */
function powerWords(power, one) {
  if (power <= 0) return `0 ${one}`;
  const from = 2 ** (power - 1);
  const to = 2 ** power - 1;
  return from === to ? grouped(from) : `${grouped(from)}–${grouped(to)}`;
}

/** @param {Column} column */
function texts(column) {
  const found = column.texts;
  if (!found || found.cells === 0) return null;
  const of = (/** @type {Bars} */ bars, /** @type {string} */ kind) =>
    filled(bars).map(([power, cells]) => ({ name: powerWords(power, "characters"), cells, kind }));
  return part(
    "Where texts changed",
    el("p", {}, "Characters before the first one that changed"),
    histogram("Changed cells by the place of their first changed character", of(found.from, "changed")),
    el(
      "div",
      { class: "pair" },
      el(
        "div",
        {},
        el("p", { class: "kind-left" }, "Characters that went, left"),
        histogram("Changed cells by the number of characters that are only on the left", of(found.left_length, "left")),
      ),
      el(
        "div",
        {},
        el("p", { class: "kind-right" }, "Characters that came, right"),
        histogram(
          "Changed cells by the number of characters that are only on the right",
          of(found.right_length, "right"),
        ),
      ),
    ),
  );
}

/** @param {Column} column */
function changes(column) {
  const found = column.changes;
  if (!found) return null;
  if (found.distinct === null)
    return part(
      "Most frequent changes",
      el("p", {}, "More than 256 different changes: none stands out enough to be counted."),
    );
  if (found.top.length === 0) return null;
  const rows = found.top.map(({ left, right, cells }) =>
    el(
      "tr",
      {},
      el("td", { class: "value left" }, valueOf(left, right, 40)),
      el("td", { class: "value right" }, valueOf(right, left, 40)),
      el("td", { class: "bar-cell" }, bar(cells / column.mismatches)),
      el("td", { class: "n" }, grouped(cells)),
    ),
  );
  const more = found.distinct > found.top.length ? ` The first ${found.top.length} of ${grouped(found.distinct)}.` : "";
  return part(
    "Most frequent changes",
    el("p", {}, `${counted(found.distinct, "change", "different changes")}.${more}`),
    el("table", { class: "values" }, head(["left", "right", "", "cells"], [3]), el("tbody", {}, ...rows)),
  );
}

/** The values of a key in the order of the key columns. @param {Report} report @param {Key} key */
export function keyValues(report, key) {
  return (report.keys ?? []).map(({ left }) => own(key, left));
}

/** A key's value by its name, whatever the name. @param {Key} key @param {string} name @returns {Text} */
export function own(key, name) {
  return Object.hasOwn(key, name) ? (key[name] ?? null) : null;
}

/** @param {Report} report @param {Column} column @param {Acts} acts */
function samples(report, column, acts) {
  if (column.samples.length === 0) return null;
  const isElements = isNested(column.left_type) && isNested(column.right_type);
  const rows = column.samples.map((sample) => {
    const key = Object.entries(sample.key);
    const said = key.map(([name, value]) => `${name} = ${value ?? "null"}`).join(", ");
    const element =
      isElements && sample.left !== null && sample.right !== null ? firstElement(sample.left, sample.right) : null;
    return el(
      "tr",
      {},
      el("td", { class: "key-cell" }, keyLine(maskedKey(report, key))),
      el("td", { class: "value left" }, valueOf(sample.left, sample.right)),
      el(
        "td",
        { class: "value right" },
        valueOf(sample.right, sample.left),
        element && el("span", { class: "element" }, `first at ${oneLine(element.place)}`),
      ),
      el(
        "td",
        { class: "acts" },
        button("Whole", () => acts.whole(column, sample, said), { class: "small" }),
        button(
          "Query",
          () =>
            acts.copy({
              title: oneLine(said),
              key: keyValues(report, sample.key),
              columns: [column.name],
              sides: ["left", "right"],
            }),
          { class: "small" },
        ),
      ),
    );
  });
  const more =
    column.mismatches > column.samples.length
      ? `The first ${column.samples.length} of ${grouped(column.mismatches)} changed cells, in key order.`
      : "All changed cells.";
  return part(
    "Samples",
    el("p", {}, more),
    el(
      "div",
      { class: "wide", tabindex: "0", role: "region", "aria-label": "Samples" },
      el("table", { class: "values" }, head(["key", "left", "right", ""], []), el("tbody", {}, ...rows)),
    ),
  );
}

/** A key whose masked parts say so. @param {Report} report @param {[string, Text][]} key @returns {[string, Text][]} */
export function maskedKey(report, key) {
  const masked = new Set((report.keys ?? []).filter((column) => column.masked).map((column) => column.left));
  return key.map(([name, value]) => [name, masked.has(name) ? "(masked)" : value]);
}
