// Numbers and texts as the page shows them. Nothing here touches the page.

/** @import { Text } from "./types" */

/** A count with a comma between thousands. @param {number} count */
export function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A figure that comes as text or number, with its whole part grouped. @param {number | string} figure */
export function figure(figure) {
  const [, sign, whole, rest] = /^(-?)(\d*)(.*)$/.exec(String(figure)) ?? ["", "", "", String(figure)];
  return sign + grouped(/** @type {any} */ (whole)) + rest;
}

/** How many there are of a thing. @param {number} count @param {string} one @param {string} many */
export function counted(count, one, many) {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A share in percent: never none when it is some, nor all when it is not. @param {number} rate */
export function percent(rate) {
  const shown = rate * 100;
  if (shown > 0 && shown < 0.001) return "<0.001 %";
  if (shown < 100 && shown > 99.999) return ">99.999 %";
  return `${shown.toFixed(3)} %`;
}

// What is not printed, or changes how its neighbours are: controls, marks of direction, separators, lone surrogates,
// private and unassigned characters.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const UNSEEN_ALL = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
/** @type {Record<string, string>} */
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** How an unseen character is written. @param {string} character */
function escapeOf(character) {
  return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A text on one line, what is unseen as escapes. @param {string} text */
export function oneLine(text) {
  return UNSEEN.test(text) ? text.replace(UNSEEN_ALL, escapeOf) : text;
}

/** A text in pieces, of which every second one is an escape. @param {string} text @returns {string[]} */
export function pieces(text) {
  if (!UNSEEN.test(text)) return [text];
  /** @type {string[]} */
  const out = [];
  let at = 0;
  let last = -1;
  for (const found of text.matchAll(UNSEEN_ALL)) {
    if (found.index === last) out[out.length - 1] += escapeOf(found[0]);
    else out.push(text.slice(at, found.index), escapeOf(found[0]));
    at = last = found.index + found[0].length;
  }
  out.push(text.slice(at));
  return out;
}

/** Whether a text is split between two halves of one character. @param {string} text @param {number} at */
function splits(text, at) {
  return (
    at > 0 && at < text.length && /[\uDC00-\uDFFF]/.test(text.charAt(at)) && /[\uD800-\uDBFF]/.test(text.charAt(at - 1))
  );
}

/** A text that is cut in the middle where it is longer than this. @param {string} text @param {number} length */
export function cutMiddle(text, length) {
  if (text.length <= length) return text;
  let head = Math.ceil((length - 1) * 0.6);
  let tail = text.length - (length - 1 - head);
  if (splits(text, head)) head -= 1;
  if (splits(text, tail)) tail += 1;
  return `${text.slice(0, head)}…${text.slice(tail)}`;
}

/**
 * Where two texts differ: what they have in common before and after, in UTF-16 units that split no character.
 * @param {string} left @param {string} right
 */
export function difference(left, right) {
  const shorter = Math.min(left.length, right.length);
  let before = 0;
  while (before < shorter && left.charCodeAt(before) === right.charCodeAt(before)) before += 1;
  if (splits(left, before) || splits(right, before)) before -= 1;
  let after = 0;
  while (
    after < shorter - before &&
    left.charCodeAt(left.length - 1 - after) === right.charCodeAt(right.length - 1 - after)
  )
    after += 1;
  if (splits(left, left.length - after) || splits(right, right.length - after)) after -= 1;
  return { before, after: Math.max(after, 0) };
}

/**
 * Stretches of two short texts that are alike and that are not, by the longest common subsequence of their characters.
 * Pairs of kind and text: 0 on both sides, -1 only left, 1 only right. Long texts are one difference in the middle.
 * @param {string} left @param {string} right @returns {[number, string][]}
 */
export function stretches(left, right) {
  const { before, after } = difference(left, right);
  const a = [...left.slice(before, left.length - after)];
  const b = [...right.slice(before, right.length - after)];
  /** @type {[number, string][]} */
  const out = [];
  /** @param {number} kind @param {string} text */
  const push = (kind, text) => {
    const last = out[out.length - 1];
    if (text === "") return;
    if (last && last[0] === kind) last[1] += text;
    else out.push([kind, text]);
  };
  push(0, left.slice(0, before));
  if (a.length * b.length > 250_000) {
    push(-1, a.join(""));
    push(1, b.join(""));
  } else {
    const width = b.length + 1;
    const common = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i -= 1) {
      for (let j = b.length - 1; j >= 0; j -= 1) {
        common[i * width + j] =
          a[i] === b[j]
            ? /** @type {number} */ (common[(i + 1) * width + j + 1]) + 1
            : Math.max(
                /** @type {number} */ (common[(i + 1) * width + j]),
                /** @type {number} */ (common[i * width + j + 1]),
              );
      }
    }
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
      const down = i < a.length ? /** @type {number} */ (common[(i + 1) * width + j]) : -1;
      const across = j < b.length ? /** @type {number} */ (common[i * width + j + 1]) : -1;
      if (i < a.length && j < b.length && a[i] === b[j]) {
        push(0, a[i] ?? "");
        i += 1;
        j += 1;
      } else if (down >= across) {
        push(-1, a[i] ?? "");
        i += 1;
      } else {
        push(1, b[j] ?? "");
        j += 1;
      }
    }
  }
  push(0, left.slice(left.length - after));
  return out;
}

/**
 * The first element in which two arrays or maps differ: its place and both texts; null where they cannot be read.
 * @param {string} left @param {string} right @returns {{ place: string, left: string, right: string } | null}
 */
export function firstElement(left, right) {
  let values;
  try {
    values = [JSON.parse(left), JSON.parse(right)];
  } catch {
    return null;
  }
  let l = /** @type {any} */ (values[0]);
  let r = /** @type {any} */ (values[1]);
  let place = "";
  const isNode = (/** @type {any} */ value) => typeof value === "object" && value !== null;
  for (let depth = 0; depth < 50; depth += 1) {
    if (!isNode(l) || !isNode(r) || Array.isArray(l) !== Array.isArray(r)) break;
    const names = [...new Set([...Object.keys(l), ...Object.keys(r)])];
    const [one, other] = [l, r];
    const first = names.find((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
    if (first === undefined) return null;
    place += Array.isArray(l) ? `[${first}]` : `[${JSON.stringify(first)}]`;
    [l, r] = [l[first], r[first]];
  }
  const said = (/** @type {unknown} */ value) => (value === undefined ? "nothing" : JSON.stringify(value));
  return place === "" ? null : { place, left: said(l), right: said(r) };
}

/** A text as it is searched. @param {string} text */
export function folded(text) {
  return text.toLowerCase();
}

/** Whether a value of a key or a row ends where a bound cut it off. @param {Text} text */
export function isCut(text) {
  return text !== null && text.length > 60 && /… \(\d+ characters\)$/.test(text);
}
