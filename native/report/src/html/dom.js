// Elements from code: text is always text, never markup.

import { pieces, cutMiddle, difference, oneLine } from "./text.js";
/** @import { Child, Text } from "./types" */

/**
 * An element. Members of `attributes` that are functions are listeners; false and null are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, string | number | boolean | null | ((event: any) => void)>} [attributes]
 * @param {...Child} children @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** @param {string} tag @param {Record<string, string | number>} attributes @param {...(Node | string)} children */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** An element of the page that is always there. @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element ${id}`);
  return element;
}

/** A text whose unseen characters are marked. @param {string} text @param {Element} into */
function pour(text, into) {
  pieces(text).forEach((piece, i) => {
    if (piece === "") return;
    into.append(i % 2 === 0 ? piece : el("span", { class: "esc" }, piece));
  });
  return into;
}

/** A name of the data, cut in the middle. @param {string} text @param {number} [length] */
export function nameOf(text, length = 48) {
  if (text === "") return el("bdi", { class: "name null" }, "(empty name)");
  // Blanks alone would be a name that nobody sees.
  const shown = text.trim() === "" ? JSON.stringify(text) : cutMiddle(text, length);
  const title = shown === text ? null : oneLine(cutMiddle(text, 2000));
  return pour(shown, el("bdi", { class: "name", title }));
}

/**
 * A value: null in its own look, a text with its unseen characters marked. Beside another value the part that differs
 * is marked, and what is cut is cut around it.
 * @param {Text} text @param {Text} [other] @param {number} [length]
 */
export function valueOf(text, other = null, length = 60) {
  if (text === null) return el("span", { class: "null" }, "null");
  const into = el("bdi", { class: "text" });
  if (text === "") into.append(el("span", { class: "null" }, "empty"));
  if (other === null || other === text) return pour(cutMiddle(text, length), into);
  const { before, after } = difference(text, other);
  const context = Math.max(8, Math.floor((length - (text.length - before - after)) / 2));
  const head = text.slice(0, before);
  const tail = text.slice(text.length - after);
  const whole = text.length <= length;
  pour(whole || head.length <= context ? head : `…${head.slice(-context)}`, into);
  const middle = text.slice(before, text.length - after);
  if (middle !== "") into.append(pour(cutMiddle(middle, length), el("mark", {})));
  pour(whole || tail.length <= context ? tail : `${tail.slice(0, context)}…`, into);
  return into;
}

/** Says something to those who do not see the page. @param {string} text */
export function announce(text) {
  byId("live").textContent = text;
}

/** Lets a function run once its caller has been quiet for a moment. @param {() => void} run @param {number} wait */
export function quietly(run, wait) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, wait);
  };
}

/** A labelled choice. @param {string} label @param {[string, string][]} options @param {(value: string) => void} choose */
export function choice(label, options, choose) {
  const select = el("select", { change: () => choose(select.value) });
  select.append(...options.map(([value, text]) => el("option", { value }, text)));
  return { label: el("label", {}, el("span", {}, label), select), select };
}

/** A button. @param {string} text @param {() => void} click @param {Record<string, string>} [attributes] */
export function button(text, click, attributes = {}) {
  return el("button", { type: "button", ...attributes, click }, text);
}
