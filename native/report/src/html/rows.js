// The rows: changed ones with all their changed cells, those of one side with all their values, and duplicate keys.

import { el, nameOf, valueOf, choice, button, quietly } from "./dom.js";
import { counted, folded, grouped, oneLine } from "./text.js";
import { causeKind, causeWords } from "./words.js";
import { csv } from "./quote.js";
import { keyLine, maskedKey } from "./detail.js";
import { sampledRows } from "./sampled.js";
import { WindowedTable } from "./list.js";
import { LINE } from "./columns.js";
import { named } from "./state.js";
/** @import { Acts } from "./detail.js" */
/** @import { State } from "./state.js" */
/** @import { Cell, ChangedRow, DuplicateKey, Finding, Listed, OneSidedRow, Payload, Text, View } from "./types" */

/** Changed cells of a row that are shown before it is opened. */
const UNFOLDED = 12;
/** Characters of names on a line of unchanged columns. */
const NAMES = 120;
/** Values of a one-sided row on its first line. */
const PREVIEWED = 6;

/** @typedef {"changed" | "only_left" | "only_right" | "duplicates"} Kind */
/** @typedef {{ draw: () => HTMLTableRowElement }} Line */
/** @typedef {ChangedRow | OneSidedRow | DuplicateKey} AnyRow */

/** @type {[Kind, string, string][]} */
const KINDS = [
  ["changed", "Changed", "changed"],
  ["only_left", "Only left", "left"],
  ["only_right", "Only right", "right"],
  ["duplicates", "Duplicate keys", "duplicate"],
];

export class RowList {
  /** @param {Payload} payload @param {State} state @param {HTMLElement} into @param {Acts} acts */
  constructor(payload, state, into, acts) {
    this.report = payload.document;
    this.words = payload.words;
    this.rows = payload.rows ?? sampledRows(this.report);
    this.isSampled = payload.rows === null;
    this.state = state;
    this.acts = acts;
    /** @type {Map<AnyRow, string>} */
    this.searched = new Map();
    /** @type {Set<string>} */
    this.opened = new Set();
    /** @type {Line[]} */
    this.lines = [];
    /** @type {{ row: AnyRow, place: number }[]} */
    this.shown = [];
    this.kinds = KINDS.filter(([kind]) => this.rows[kind].total > 0 || this.rows[kind].rows.length > 0);
    if (this.kinds.length === 0) return;
    this.tabs = el(
      "div",
      { class: "tabs", role: "group", "aria-label": "Kinds of rows" },
      ...this.kinds.map(([kind, title, look]) =>
        button(`${title} ${grouped(this.rows[kind].total)}`, () => state.set({ rows: kind }), {
          class: `tab kind-${look}`,
          "data-kind": kind,
        }),
      ),
    );
    this.status = el("p", { class: "status", role: "status" });
    const table = el("table", { class: "rows-table" });
    table.append(
      el(
        "thead",
        {},
        el(
          "tr",
          { "aria-rowindex": 1 },
          ...["column", "left", "right", "cause"].map((name) => el("th", { scope: "col", class: `row-${name}` }, name)),
          el("td", { class: "row-acts" }),
        ),
      ),
    );
    const scroller = el(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": "Rows, a table that scrolls" },
      table,
    );
    into.append(this.tabs, this.makeControls(), this.status, scroller);
    this.table = new WindowedTable({
      scroller,
      table,
      lineHeight: LINE,
      draw: (line) => /** @type {Line} */ (this.lines[line]).draw(),
    });
    state.follow((view, before) => {
      if (
        ["rows", "rq", "rcolumn", "rcause"].some(
          (name) => view[/** @type {keyof View} */ (name)] !== before[/** @type {keyof View} */ (name)],
        )
      )
        this.apply(view);
    });
    this.apply(state.view);
  }

  makeControls() {
    const set = (/** @type {Partial<View>} */ change) => this.state.set(change);
    const search = el("input", {
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "press / to search",
      input: quietly(() => set({ rq: search.value }), 60),
    });
    const found = this.rows.changed.rows.flatMap((row) => row.cells);
    const places = [...new Set(found.map((cell) => cell.column))].sort((a, b) => a - b);
    const names = places.map((place) => this.report.columns[place]?.name ?? "");
    const list = el(
      "datalist",
      { id: "row-columns" },
      ...names.slice(0, 500).map((name) => el("option", { value: name })),
    );
    const column = el("input", {
      type: "search",
      list: "row-columns",
      autocomplete: "off",
      spellcheck: "false",
      input: quietly(() => set({ rcolumn: column.value }), 60),
    });
    const causes = [...new Set(found.map((cell) => cell.cause).filter((cause) => cause !== null))].sort();
    const cause = choice(
      "Cause",
      [
        ["", "all causes"],
        ...causes.map((cause) => /** @type {[string, string]} */ ([cause, oneLine(causeWords(this.words, cause)).slice(0, 60)])),
      ],
      (rcause) => set({ rcause }),
    );
    this.inputs = { search, column, cause: cause.select, causeLabel: cause.label };
    return el(
      "form",
      { class: "controls", submit: (event) => event.preventDefault() },
      el("label", { class: "search" }, el("span", {}, "Search keys and values"), search),
      el("label", {}, el("span", {}, "Column"), column, list),
      cause.label,
      button("Reset", () => set({ rq: "", rcolumn: "", rcause: "" })),
      button("Download as CSV", () => this.download(), {
        title: "The rows that are shown. Texts that a spreadsheet would run get an apostrophe in front.",
      }),
    );
  }

  /** The kind of rows that a view shows. @param {View} view @returns {Kind} */
  kindOf(view) {
    const asked = this.kinds.find(([kind]) => kind === view.rows) ?? this.kinds[0];
    return asked?.[0] ?? "changed";
  }

  /** A row's text as it is searched, made once. @param {AnyRow} row */
  textOf(row) {
    let text = this.searched.get(row);
    if (text === undefined) {
      const values =
        "cells" in row
          ? row.cells.flatMap((cell) => [this.report.columns[cell.column]?.name, cell.left, cell.right])
          : "values" in row
            ? row.values
            : [row.side];
      text = folded([...row.key, ...values].map((value) => value ?? "null").join("\n"));
      this.searched.set(row, text);
    }
    return text;
  }

  /** Makes the searched texts of rows before anybody searches, a little at a time. */
  prepare() {
    const waiting = this.kinds.flatMap(([kind]) => /** @type {AnyRow[]} */ (this.rows[kind].rows));
    let at = 0;
    const next = () => {
      const until = performance.now() + 8;
      while (at < waiting.length && performance.now() < until) this.textOf(/** @type {AnyRow} */ (waiting[at++]));
      if (at < waiting.length) setTimeout(next, 4);
    };
    setTimeout(next, 50);
  }

  /** Shows the rows of a view. @param {View} view @param {boolean} [stay] */
  apply(view, stay = false) {
    if (!this.table || !this.inputs || !this.tabs) return;
    const kind = this.kindOf(view);
    for (const tab of this.tabs.children)
      tab.setAttribute("aria-pressed", String(tab.getAttribute("data-kind") === kind));
    const { search, column, cause, causeLabel } = this.inputs;
    if (document.activeElement !== search) search.value = view.rq;
    if (document.activeElement !== column) column.value = view.rcolumn;
    cause.value = view.rcause;
    causeLabel.hidden = kind !== "changed";
    /** @type {HTMLElement} */ (column.parentElement).hidden = kind !== "changed";
    const words = folded(view.rq).trim();
    const places = this.placesOf(view.rcolumn);
    const isHit = (/** @type {Cell} */ cell) =>
      (places === null || places.has(cell.column)) &&
      (view.rcause === "" ||
        cell.cause === view.rcause ||
        (cell.cause !== null && causeKind(cell.cause) === view.rcause));
    const all = /** @type {AnyRow[]} */ (this.rows[kind].rows);
    this.shown = all
      .map((row, place) => ({ row, place }))
      .filter(
        ({ row }) =>
          (words === "" || this.textOf(row).includes(words)) &&
          (!("cells" in row) || (places === null && view.rcause === "") || row.cells.some(isHit)),
      );
    this.say(kind);
    const isFiltered = places !== null || view.rcause !== "";
    this.lines = this.shown.flatMap(({ row, place }) => this.linesOf(kind, row, place, isFiltered ? isHit : null));
    const heads =
      kind === "changed"
        ? ["column", "left", "right", "cause"]
        : kind === "duplicates"
          ? ["key", "", "", "side"]
          : ["key", "values", "", ""];
    heads.forEach((name, i) => this.table?.table.tHead?.rows[0]?.cells[i]?.replaceChildren(name));
    this.table.table.className = `rows-table of-${kind}`;
    this.table.show(this.lines.length, stay);
  }

  /** Columns that a filter means: the one of this name, else those whose names contain it. @param {string} text */
  placesOf(text) {
    if (text === "") return null;
    const { columns } = this.report;
    const exact = columns.findIndex((column) => named(column.name) === text);
    if (exact >= 0) return new Set([exact]);
    const words = folded(text);
    return new Set(columns.flatMap((column, place) => (folded(column.name).includes(words) ? [place] : [])));
  }

  /** Says which rows these are. @param {Kind} kind */
  say(kind) {
    const { total, rows } = /** @type {Listed<AnyRow>} */ (this.rows[kind]);
    const what = {
      changed: "changed rows",
      only_left: "rows that are only left",
      only_right: "rows that are only right",
      duplicates: "keys with several rows",
    }[kind];
    const here =
      rows.length >= total
        ? `All ${grouped(total)} ${what}, in key order.`
        : `The first ${grouped(rows.length)} of ${grouped(total)} ${what}, in key order.`;
    const why =
      this.isSampled && rows.length < total ? " The report was made from the document alone, which has samples." : "";
    const cut =
      !this.isSampled && rows.length < Math.min(total, this.rows.limit)
        ? " The size of this page leaves no room for more."
        : "";
    const shown = this.shown.length < rows.length ? ` ${grouped(this.shown.length)} of them match the filter.` : "";
    if (this.status) this.status.textContent = here + why + cut + shown;
  }

  /** @param {Kind} kind @param {AnyRow} row @param {number} place @param {((cell: Cell) => boolean) | null} isHit @returns {Line[]} */
  linesOf(kind, row, place, isHit) {
    if ("cells" in row) return this.changedLines(row, `c${place}`, isHit);
    if ("values" in row) return this.oneSidedLines(kind === "only_left" ? "left" : "right", row, `${kind}${place}`);
    return [{ draw: () => this.duplicateLine(row) }];
  }

  /** The parts of a row's key with their names. @param {Text[]} key */
  keyOf(key) {
    return maskedKey(
      this.report,
      (this.report.keys ?? []).map((column, i) => [column.left, key[i] ?? null]),
    );
  }

  /** @param {Text[]} key */
  keyText(key) {
    return oneLine(
      this.keyOf(key)
        .map(([name, value]) => `${name} = ${value ?? "null"}`)
        .join(", "),
    );
  }

  /** Opens or closes a part of a row. @param {string} id */
  toggle(id) {
    if (!this.opened.delete(id)) this.opened.add(id);
    this.apply(this.state.view, true);
    /** @type {HTMLElement | undefined | null} */ (this.table?.body.querySelector(`[data-toggle="${id}"]`))?.focus();
  }

  /** A button that opens a part of a row. @param {string} id @param {string} text */
  toggler(id, text) {
    return button(text, () => this.toggle(id), {
      class: "plain",
      "aria-expanded": String(this.opened.has(id)),
      "data-toggle": id,
    });
  }

  /** @param {ChangedRow} row @param {string} id @param {((cell: Cell) => boolean) | null} isHit @returns {Line[]} */
  changedLines(row, id, isHit) {
    const { columns } = this.report;
    const cells = isHit ? [...row.cells].sort((a, b) => Number(isHit(b)) - Number(isHit(a))) : row.cells;
    const isOpen = this.opened.has(id) || cells.length <= UNFOLDED + 2;
    const seen = isOpen ? cells : cells.slice(0, UNFOLDED);
    const finding = {
      title: this.keyText(row.key),
      key: row.key,
      columns: row.cells.map((cell) => columns[cell.column]?.name ?? ""),
      sides: /** @type {("left" | "right")[]} */ (["left", "right"]),
    };
    const unchanged = columns.length - row.cells.length;
    const fold = `u${id}`;
    /** @type {Line[]} */
    const lines = [
      {
        draw: () =>
          el(
            "tr",
            { class: "row-head" },
            el("th", { colspan: 2, scope: "rowgroup" }, keyLine(this.keyOf(row.key))),
            el(
              "td",
              { class: "counts", colspan: 2 },
              `${grouped(row.cells.length)} changed`,
              unchanged > 0 && " · ",
              unchanged > 0 && this.toggler(fold, counted(unchanged, "unchanged column", "unchanged columns")),
            ),
            el(
              "td",
              { class: "row-acts" },
              button("Query", () => this.acts.copy(finding), { class: "small" }),
            ),
          ),
      },
    ];
    if (this.opened.has(fold)) lines.push(...this.unchangedLines(row));
    for (const cell of seen) lines.push({ draw: () => this.cellLine(row, cell, isHit !== null && !isHit(cell)) });
    if (cells.length > seen.length || this.opened.has(id)) {
      const more = cells.length - seen.length;
      const text = more > 0 ? `${grouped(more)} more changed cells` : "Fewer changed cells";
      lines.push({ draw: () => el("tr", { class: "row-more" }, el("td", { colspan: 5 }, this.toggler(id, text))) });
    }
    return lines;
  }

  /** Names of the columns in which a row did not change, as many on a line as fit. @param {ChangedRow} row @returns {Line[]} */
  unchangedLines(row) {
    const changed = new Set(row.cells.map((cell) => cell.column));
    /** @type {string[][]} */
    const lines = [[]];
    let length = 0;
    this.report.columns.forEach((column, place) => {
      if (changed.has(place)) return;
      const room = Math.min(column.name.length, 40) + 3;
      if (length + room > NAMES) {
        lines.push([]);
        length = 0;
      }
      length += room;
      lines[lines.length - 1]?.push(column.name);
    });
    return lines.map((names) => ({
      draw: () => el("tr", { class: "row-names" }, el("td", { colspan: 5 }, ...names.map((name) => nameOf(name, 40)))),
    }));
  }

  /** @param {ChangedRow} row @param {Cell & { isUnseen?: boolean }} cell @param {boolean} isFaint */
  cellLine(row, cell, isFaint) {
    const column = this.report.columns[cell.column];
    if (!column) return el("tr", {});
    const value = (/** @type {Text} */ text, /** @type {Text} */ other) =>
      column.masked
        ? el("span", { class: "null" }, "(masked)")
        : cell.isUnseen
          ? el("span", { class: "null" }, "not sampled")
          : valueOf(text, other);
    return el(
      "tr",
      { class: isFaint ? "faint" : null },
      el(
        "th",
        { scope: "row", class: "row-column" },
        el(
          "button",
          {
            type: "button",
            class: "plain",
            title: "Open the column",
            click: () => this.state.set({ column: named(column.name) }, true),
          },
          nameOf(column.name, 36),
        ),
      ),
      el("td", { class: "value left" }, value(cell.left, cell.right)),
      el("td", { class: "value right" }, value(cell.right, cell.left)),
      el("td", { class: "row-cause" }, cell.cause ? causeWords(this.words, cell.cause) : ""),
      el(
        "td",
        { class: "row-acts" },
        !column.masked &&
          !cell.isUnseen &&
          button("Whole", () => this.acts.whole(column, cell, this.keyText(row.key)), { class: "small" }),
      ),
    );
  }

  /** @param {"left" | "right"} side @param {OneSidedRow} row @param {string} id @returns {Line[]} */
  oneSidedLines(side, row, id) {
    const { columns, keys } = this.report;
    const isOpen = this.opened.has(id);
    /** @type {Finding} */
    const finding = keys
      ? { title: this.keyText(row.key), key: row.key, sides: [side] }
      : { title: `A row only on the ${side}`, values: row.values, sides: [side] };
    const preview = () =>
      row.values
        .slice(0, PREVIEWED)
        .flatMap((value, i) => [
          i > 0 ? " · " : "",
          nameOf(columns[i]?.name ?? "", 20),
          " ",
          columns[i]?.masked ? el("span", { class: "null" }, "(masked)") : valueOf(value, null, 24),
        ]);
    /** @type {Line[]} */
    const lines = [
      {
        draw: () =>
          el(
            "tr",
            { class: "row-head one-sided" },
            el("th", { scope: "rowgroup" }, keys ? keyLine(this.keyOf(row.key)) : "row"),
            el("td", { colspan: 2, class: `value ${side}` }, ...preview()),
            el(
              "td",
              { class: "counts" },
              row.values.length > 0 &&
                this.toggler(id, isOpen ? "Fewer" : `All ${counted(row.values.length, "value", "values")}`),
            ),
            el(
              "td",
              { class: "row-acts" },
              button("Query", () => this.acts.copy(finding), { class: "small" }),
            ),
          ),
      },
    ];
    if (isOpen) {
      row.values.forEach((value, i) => lines.push({ draw: () => this.valueLine(side, row, i, value) }));
    }
    return lines;
  }

  /** @param {"left" | "right"} side @param {OneSidedRow} row @param {number} place @param {Text} value */
  valueLine(side, row, place, value) {
    const column = this.report.columns[place];
    const shown = column?.masked ? el("span", { class: "null" }, "(masked)") : valueOf(value, null, 120);
    const cell = {
      column: place,
      left: side === "left" ? value : null,
      right: side === "right" ? value : null,
      cause: null,
    };
    return el(
      "tr",
      {},
      el("th", { scope: "row", class: "row-column" }, nameOf(column?.name ?? "", 40)),
      el("td", { colspan: 3, class: `value ${side}` }, shown),
      el(
        "td",
        { class: "row-acts" },
        column &&
          !column.masked &&
          value !== null &&
          value.length > 100 &&
          button("Whole", () => this.acts.whole(column, cell, this.keyText(row.key)), { class: "small" }),
      ),
    );
  }

  /** @param {DuplicateKey} row */
  duplicateLine(row) {
    const finding = { title: this.keyText(row.key), key: row.key, sides: [row.side] };
    return el(
      "tr",
      { class: "row-head" },
      el("th", { colspan: 3, scope: "row" }, keyLine(this.keyOf(row.key))),
      el("td", { class: `counts kind-${row.side}` }, `${grouped(row.rows)} rows on the ${row.side}`),
      el(
        "td",
        { class: "row-acts" },
        button("Query", () => this.acts.copy(finding), { class: "small" }),
      ),
    );
  }

  /** What is shown as lines of CSV. */
  csvLines() {
    const { columns } = this.report;
    const names = (this.report.keys ?? []).map((key) => key.left);
    const kind = this.kindOf(this.state.view);
    const key = (/** @type {AnyRow} */ row) => this.keyOf(row.key).map(([, value]) => value);
    /** @type {Text[][]} */
    const lines = [];
    if (kind === "changed") lines.push([...names, "column", "left", "right", "cause"]);
    else if (kind === "duplicates") lines.push([...names, "side", "rows"]);
    else lines.push([...names, ...columns.map((column) => column.name)]);
    for (const { row } of this.shown) {
      if ("cells" in row) {
        for (const cell of row.cells)
          lines.push([...key(row), columns[cell.column]?.name ?? "", cell.left, cell.right, cell.cause]);
      } else if ("values" in row) lines.push([...key(row), ...row.values]);
      else lines.push([...key(row), row.side, String(row.rows)]);
    }
    return lines;
  }

  download() {
    const file = new Blob(["\uFEFF", csv(this.csvLines())], { type: "text/csv;charset=utf-8" });
    const address = URL.createObjectURL(file);
    const link = el("a", { href: address, download: `${this.kindOf(this.state.view).replace("_", "-")}-rows.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}
