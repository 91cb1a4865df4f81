// A table of which only the lines in view are in the page. All lines are equally high; what lies above and below the
// window is one empty line each. A line that stays in view keeps its element, and so its focus.

import { el } from "./dom.js";

/** Lines above and below what is seen. */
const BEYOND = 4;

export class WindowedTable {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.scroller what scrolls
   * @param {HTMLTableElement} parts.table the table in it
   * @param {number} parts.lineHeight pixels of a line
   * @param {(line: number) => HTMLTableRowElement} parts.draw makes a line
   */
  constructor({ scroller, table, lineHeight, draw }) {
    this.scroller = scroller;
    this.table = table;
    this.lineHeight = lineHeight;
    this.draw = draw;
    this.count = 0;
    this.most = 0;
    /** @type {Map<number, HTMLTableRowElement>} */
    this.drawn = new Map();
    this.body = table.createTBody();
    this.above = this.spacer();
    this.below = this.spacer();
    this.body.append(this.above, this.below);
    scroller.addEventListener("scroll", () => this.update(), { passive: true });
    new ResizeObserver(() => this.update()).observe(scroller);
  }

  spacer() {
    return el("tr", { class: "spacer", "aria-hidden": "true" }, el("td", {}));
  }

  /** Shows other lines, from the top unless told otherwise. @param {number} count @param {boolean} [stay] */
  show(count, stay = false) {
    this.count = count;
    this.table.setAttribute("aria-rowcount", String(count + 1));
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    if (!stay) this.scroller.scrollTop = 0;
    this.update();
  }

  /** Draws what is in view and removes what is not. */
  update() {
    const { first, last } = this.range();
    for (const [line, row] of this.drawn) {
      if (line < first || line >= last) {
        row.remove();
        this.drawn.delete(line);
      }
    }
    /** @type {Element} */
    let before = this.above;
    for (let line = first; line < last; line += 1) {
      let row = this.drawn.get(line);
      if (!row) {
        row = this.draw(line);
        row.setAttribute("aria-rowindex", String(line + 2));
        this.drawn.set(line, row);
        before.after(row);
      }
      before = row;
    }
    this.stretch(this.above, first);
    this.stretch(this.below, this.most > 0 ? 0 : this.count - last);
  }

  range() {
    if (this.most > 0) return { first: 0, last: Math.min(this.count, this.most) };
    const top = Math.max(0, this.scroller.scrollTop);
    const first = Math.max(0, Math.min(Math.floor(top / this.lineHeight) - BEYOND, this.count));
    const seen = Math.ceil(this.scroller.clientHeight / this.lineHeight);
    return { first, last: Math.min(this.count, first + seen + 2 * BEYOND + 1) };
  }

  /** @param {HTMLTableRowElement} spacer @param {number} lines */
  stretch(spacer, lines) {
    spacer.hidden = lines <= 0;
    /** @type {HTMLElement} */ (spacer.cells[0]).style.height = `${lines * this.lineHeight}px`;
  }

  /** Brings a line into view. @param {number} line */
  reveal(line) {
    const head = this.table.tHead?.offsetHeight ?? 0;
    const top = line * this.lineHeight;
    const view = this.scroller.clientHeight - head;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top + this.lineHeight > this.scroller.scrollTop + view)
      this.scroller.scrollTop = top + this.lineHeight - view;
    this.update();
  }

  /** Puts the first lines into the page, so many, or with 0 those in view again. @param {number} most */
  whole(most) {
    this.most = most;
    this.update();
  }

  /** Moves the focus between lines with the arrow keys. @param {string} selector what has the focus in a line */
  followArrows(selector) {
    this.body.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const row = /** @type {HTMLElement} */ (event.target).closest("tr");
      if (!step || !row) return;
      const line = Number(row.getAttribute("aria-rowindex")) - 2 + step;
      if (line < 0 || line >= this.count) return;
      event.preventDefault();
      this.reveal(line);
      /** @type {HTMLElement | null | undefined} */ (this.drawn.get(line)?.querySelector(selector))?.focus();
    });
  }
}
