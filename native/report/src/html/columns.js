// The table of columns: searched, filtered, sorted, and drawn a window at a time.

import { el, svg, nameOf, choice, button, announce, quietly } from "./dom.js";
import { counted, folded, grouped, oneLine, percent } from "./text.js";
import { causeKind, causesOf, causeWords, typeKind, typesOf } from "./words.js";
import { WindowedTable } from "./list.js";
import { named } from "./state.js";
/** @import { State } from "./state.js" */
/** @import { Column, Payload, View } from "./types" */

export const LINE = 30;

/** @typedef {{ name: string, title: string, number?: boolean, compare: (a: Entry, b: Entry) => number }} Heading */
/** @typedef {{ place: number, column: Column, searched: string, kinds: string[], causes: Set<string>, what: string }} Entry */

/** @type {Heading[]} */
const HEADINGS = [
  {
    name: "name",
    title: "column",
    compare: (a, b) => (a.searched < b.searched ? -1 : Number(a.searched > b.searched)),
  },
  {
    name: "type",
    title: "type",
    compare: (a, b) => (a.column.left_type < b.column.left_type ? -1 : Number(a.column.left_type > b.column.left_type)),
  },
  {
    name: "changed",
    title: "changed cells",
    number: true,
    compare: (a, b) => b.column.mismatches - a.column.mismatches,
  },
  { name: "share", title: "share", number: true, compare: (a, b) => b.column.rate - a.column.rate },
  { name: "appear", title: "null appears", number: true, compare: (a, b) => b.column.null_right - a.column.null_right },
  { name: "vanish", title: "null vanishes", number: true, compare: (a, b) => b.column.null_left - a.column.null_left },
  { name: "what", title: "what changed", compare: (a, b) => (a.what < b.what ? -1 : Number(a.what > b.what)) },
];

/** @type {[string, string][]} */
const SHARES = [
  ["", "any share"],
  ["0.0001", "0.01 % or more"],
  ["0.001", "0.1 % or more"],
  ["0.01", "1 % or more"],
  ["0.1", "10 % or more"],
  ["0.5", "half or more"],
  ["1", "all rows"],
];

/** Names with how many columns have them, most first. @param {string[]} all @param {(name: string) => string} words @returns {[string, string][]} */
function counts(all, words) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const name of all) found.set(name, (found.get(name) ?? 0) + 1);
  return [...found]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => [name, `${oneLine(words(name)).slice(0, 60)} (${grouped(count)})`]);
}

export class Columns {
  /** @param {Payload} payload @param {State} state @param {HTMLElement} into @param {() => void} copyView */
  constructor({ document: report, words }, state, into, copyView) {
    this.words = words;
    this.state = state;
    /** @type {Entry[]} */
    this.entries = report.columns.map((column, place) => {
      return {
        place,
        column,
        searched: folded(column.name),
        kinds: [...new Set([typeKind(column.left_type), typeKind(column.right_type)])],
        causes: new Set(causesOf(column).map(([cause]) => causeKind(cause))),
        what: oneLine(words.columns[place] ?? ""),
      };
    });
    this.hasChanges = report.columns.some((column) => column.mismatches > 0);
    this.most = Math.max(...report.columns.map((column) => column.rate), 0);
    /** @type {Entry[]} */
    this.shown = [];
    this.status = el("p", { class: "status", role: "status" });
    this.controls = this.makeControls(copyView);
    const table = el("table", { class: "columns-table" });
    table.append((this.head = this.makeHead()));
    const scroller = el(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": "Columns, a table that scrolls" },
      table,
    );
    into.append(this.controls, this.status, scroller);
    this.table = new WindowedTable({ scroller, table, lineHeight: LINE, draw: (line) => this.line(line) });
    this.table.followArrows("button");
    state.follow((view, before) => this.follow(view, before));
    this.apply(state.view);
  }

  /** @param {() => void} copyView */
  makeControls(copyView) {
    const set = (/** @type {Partial<View>} */ change) => this.state.set(change);
    const search = el("input", {
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "press / to search",
      input: quietly(() => set({ q: search.value }), 60),
    });
    const kinds = this.entries.flatMap((entry) => entry.kinds);
    const type = choice(
      "Type",
      [["", "all types"], ["changed", "type differs"], ...counts(kinds, (name) => name)],
      (type) => set({ type }),
    );
    const cause = choice(
      "Cause",
      [
        ["", "all causes"],
        ...counts(
          this.entries.flatMap((entry) => [...entry.causes]),
          (cause) => causeWords(this.words, cause),
        ),
      ],
      (cause) => set({ cause }),
    );
    const share = choice("Share", SHARES, (share) => set({ share }));
    const hide = el("input", { type: "checkbox", change: () => set({ all: hide.checked ? "" : "1" }) });
    this.inputs = { search, type: type.select, cause: cause.select, share: share.select, hide };
    return el(
      "form",
      { class: "controls", submit: (event) => event.preventDefault() },
      el("label", { class: "search" }, el("span", {}, "Search"), search),
      type.label,
      cause.label,
      share.label,
      this.hasChanges && el("label", { class: "check" }, hide, el("span", {}, "Hide what did not change")),
      button("Reset", () => set({ q: "", type: "", cause: "", share: "", all: "", sort: "" })),
      button("Copy link to this view", copyView),
    );
  }

  makeHead() {
    const cells = HEADINGS.map(({ name, title, number }) => {
      const sorter = button(title, () => {
        const { key, isReversed } = this.order();
        this.state.set({ sort: key === name && !isReversed ? `-${name}` : name === "changed" ? "" : name });
      });
      return el("th", { scope: "col", class: `col-${name}${number ? " n" : ""}`, "data-name": name }, sorter);
    });
    const top = this.most > 0 ? `to ${percent(this.most)}` : "bar";
    cells.splice(4, 0, el("th", { scope: "col", class: "col-bar" }, top));
    return el("thead", {}, el("tr", { "aria-rowindex": 1 }, ...cells));
  }

  order() {
    const sort = this.state.view.sort || "changed";
    const isReversed = sort.startsWith("-");
    return { key: isReversed ? sort.slice(1) : sort, isReversed };
  }

  /** @param {View} view @param {View} before */
  follow(view, before) {
    const names = /** @type {const} */ (["q", "type", "cause", "share", "all", "sort"]);
    if (names.some((name) => view[name] !== before[name])) this.apply(view);
    else if (view.column !== before.column) this.table.show(this.shown.length, true);
  }

  /** Shows the columns of a view. @param {View} view */
  apply(view) {
    const { search, type, cause, share, hide } = /** @type {NonNullable<typeof this.inputs>} */ (this.inputs);
    if (document.activeElement !== search) search.value = view.q;
    type.value = view.type;
    cause.value = view.cause;
    share.value = view.share;
    hide.checked = view.all === "";
    const words = folded(view.q).trim();
    const least = view.share === "" ? -1 : Number(view.share);
    const hides = view.all === "" && this.hasChanges;
    this.shown = this.entries.filter(
      ({ column, searched, kinds, causes }) =>
        (!hides || column.mismatches > 0) &&
        (words === "" || searched.includes(words)) &&
        (view.type === "" ||
          (view.type === "changed" ? column.left_type !== column.right_type : kinds.includes(view.type))) &&
        (view.cause === "" || causes.has(view.cause)) &&
        column.rate >= least,
    );
    const { key, isReversed } = this.order();
    const heading = HEADINGS.find(({ name }) => name === key) ?? /** @type {Heading} */ (HEADINGS[2]);
    this.shown.sort((a, b) => (isReversed ? heading.compare(b, a) : heading.compare(a, b)) || a.place - b.place);
    for (const cell of this.head.querySelectorAll("th[data-name]")) {
      const isSorted = cell.getAttribute("data-name") === heading.name;
      const falls = heading.number === true ? !isReversed : isReversed;
      if (isSorted) cell.setAttribute("aria-sort", falls ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    const unchanged = this.entries.length - this.entries.filter(({ column }) => column.mismatches > 0).length;
    const hidden =
      hides && unchanged > 0
        ? ` ${counted(unchanged, "column that did not change is", "columns that did not change are")} hidden.`
        : "";
    this.status.textContent = `${grouped(this.shown.length)} of ${counted(this.entries.length, "column", "columns")}.${hidden}`;
    this.table.show(this.shown.length);
  }

  /** @param {number} line */
  line(line) {
    const { column, what } = /** @type {Entry} */ (this.shown[line]);
    const isOpen = this.state.view.column === named(column.name);
    const open = el(
      "button",
      {
        type: "button",
        class: "plain open",
        "aria-expanded": String(isOpen),
        click: () => this.state.set({ column: isOpen ? "" : named(column.name) }, true),
      },
      nameOf(column.name),
    );
    const masked = column.masked && el("span", { class: "tag" }, "masked");
    const number = (/** @type {number} */ count, /** @type {string} */ name) =>
      el("td", { class: `n col-${name}${count === 0 ? " none" : ""}` }, grouped(count));
    return el(
      "tr",
      { class: isOpen ? "is-open" : null },
      el("th", { scope: "row", class: "col-name" }, open, masked),
      el("td", { class: "col-type" }, nameOf(typesOf(column), 40)),
      number(column.mismatches, "changed"),
      el("td", { class: `n col-share${column.mismatches === 0 ? " none" : ""}` }, percent(column.rate)),
      el("td", { class: "col-bar" }, this.bar(column)),
      number(column.null_right, "appear"),
      number(column.null_left, "vanish"),
      el("td", { class: "col-what", title: what }, what),
    );
  }

  /** Shares of changed values, of nulls that appear and of nulls that vanish. @param {Column} column */
  bar(column) {
    const full = column.rate / (this.most || 1);
    const parts = /** @type {const} */ ([
      ["changed", column.mismatches - column.null_left - column.null_right],
      ["appears", column.null_right],
      ["vanishes", column.null_left],
    ]);
    let at = 0;
    const rects = parts
      .filter(([, cells]) => cells > 0)
      .map(([kind, cells]) => {
        const width = Math.max((cells / column.mismatches) * full * 100, 0.8);
        const rect = svg("rect", {
          class: `fill-${kind}`,
          x: `${Math.min(at, 99).toFixed(2)}%`,
          y: 0,
          width: `${width.toFixed(2)}%`,
          height: 12,
        });
        at += width;
        return rect;
      });
    const label = `${percent(column.rate)} changed, of these ${grouped(column.null_right)} nulls appear and ${grouped(column.null_left)} vanish`;
    return svg("svg", { class: "mini", width: "100%", height: 12, role: "img", "aria-label": label }, ...rects);
  }

  /** Brings an opened column into view. @param {string} name */
  reveal(name) {
    const line = this.shown.findIndex(({ column }) => named(column.name) === name);
    if (line >= 0) this.table.reveal(line);
    else announce(`${oneLine(name)} is not among the columns shown.`);
  }
}
