// The view as the fragment of the address, so that a link shows a colleague the same.

/** @import { View } from "./types" */

/** @type {View} */
const PLAIN = {
  column: "",
  q: "",
  type: "",
  cause: "",
  share: "",
  all: "",
  sort: "",
  rows: "",
  rq: "",
  rcolumn: "",
  rcause: "",
};

/** The view of a fragment; null where the fragment is only the name of a part. @param {string} fragment @returns {View | null} */
export function viewOf(fragment) {
  const text = fragment.replace(/^#/, "");
  if (!text.includes("=")) return null;
  const view = { ...PLAIN };
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(PLAIN, name)) view[/** @type {keyof View} */ (name)] = value;
  }
  return view;
}

/** The fragment of a view: what is as always is left out. @param {View} view */
export function fragmentOf(view) {
  const members = Object.entries(view).filter(([, value]) => value !== "");
  return members.length === 0 ? "#view=" : `#${new URLSearchParams(members)}`;
}

/** A name as a view holds it: none is the empty text, so an empty name needs a mark. @param {string} name */
export function named(name) {
  return name === "" || name.startsWith("~") ? `~${name}` : name;
}

export class State {
  constructor() {
    /** @type {View} */
    this.view = viewOf(location.hash) ?? { ...PLAIN };
    /** @type {((view: View, before: View) => void)[]} */
    this.listeners = [];
    addEventListener("popstate", () => this.read());
    addEventListener("hashchange", () => this.read());
  }

  read() {
    const view = viewOf(location.hash);
    if (view && fragmentOf(view) !== fragmentOf(this.view)) this.tell(view);
  }

  /** Changes the view. A step of its own is one that the browser's back button undoes. @param {Partial<View>} change @param {boolean} [isStep] */
  set(change, isStep = false) {
    const view = { ...this.view, ...change };
    const fragment = fragmentOf(view);
    if (fragment === fragmentOf(this.view)) return;
    // A browser that allows few of these calls in a while throws; the view is then right and only the address is old.
    try {
      if (isStep) history.pushState(null, "", fragment);
      else history.replaceState(null, "", fragment);
    } catch {
      // The address stays.
    }
    this.tell(view);
  }

  /** @param {View} view */
  tell(view) {
    const before = this.view;
    this.view = view;
    for (const listener of this.listeners) listener(view, before);
  }

  /** @param {(view: View, before: View) => void} listener */
  follow(listener) {
    this.listeners.push(listener);
  }

  /** The address of a view. @param {Partial<View>} [change] */
  link(change = {}) {
    return location.href.split("#")[0] + fragmentOf({ ...this.view, ...change });
  }
}
