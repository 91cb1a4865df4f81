// Both values of a cell, whole: which characters changed, and in an array the first element that differs.

import { el } from "./dom.js";
import { counted, firstElement, grouped, oneLine, pieces, stretches } from "./text.js";
import { isNested } from "./words.js";
/** @import { Cell, Column, Sample } from "./types" */

/** Both values of a cell, whole, with what differs. @param {Column} column @param {Sample | Cell} cell */
export function wholeValues(column, cell) {
  const { left, right, cut } = cell;
  const out = el("div", { class: "whole" });
  const marked = left !== null && right !== null ? stretches(left, right) : null;
  for (const [side, value, own, length] of /** @type {const} */ ([
    ["left", left, -1, cut?.left_length],
    ["right", right, 1, cut?.right_length],
  ])) {
    const pre = el("pre", { tabindex: "0", "aria-label": `${side} value` });
    if (value === null) pre.append(el("span", { class: "null" }, "null"));
    else {
      for (const [kind, text] of marked ?? [[own, value]]) {
        if (kind !== 0 && kind !== own) continue;
        const into = kind === 0 || !marked ? pre : pre.appendChild(el("mark", {}));
        pieces(text).forEach(
          (piece, i) => piece !== "" && into.append(i % 2 === 0 ? piece : el("span", { class: "esc" }, piece)),
        );
      }
    }
    const said =
      value === null
        ? ""
        : cut && length != null
          ? ` (characters ${grouped(cut.from + 1)} to ${grouped(cut.from + [...value].length)} of ${grouped(length)})`
          : ` (${counted([...value].length, "character", "characters")})`;
    out.append(el("h4", { class: `kind-${side}` }, `${side}${said}`), pre);
  }
  if (marked && isNested(column.left_type)) {
    const element = firstElement(/** @type {string} */ (left), /** @type {string} */ (right));
    if (element)
      out.append(
        el(
          "p",
          {},
          "The first element that differs is ",
          el("code", {}, oneLine(element.place)),
          ": ",
          el("code", {}, oneLine(element.left)),
          " became ",
          el("code", {}, oneLine(element.right)),
          ".",
        ),
      );
  }
  return out;
}
