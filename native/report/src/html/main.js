// The page comes to life: the payload is unpacked, the parts are drawn, and what is asked of them is carried out.

import { el, byId, button, announce } from "./dom.js";
import { counted, grouped, oneLine, cutMiddle } from "./text.js";
import { State, named } from "./state.js";
import { Columns } from "./columns.js";
import { RowList } from "./rows.js";
import { unpackedRows } from "./packed.js";
import { columnDetail } from "./detail.js";
import { wholeValues } from "./whole.js";
import { comparisonOffer, offers, refusal } from "./copy.js";
/** @import { Acts } from "./detail.js" */
/** @import { Finding, PackedRows, Payload } from "./types" */

/** Lines of each table that are put on paper. */
const PRINTED = { columns: 10_000, rows: 1_500 };

/** @param {string} text base64 */
function bytesOf(text) {
  const { fromBase64 } = /** @type {{ fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }} */ (
    /** @type {unknown} */ (Uint8Array)
  );
  if (fromBase64) return fromBase64.call(Uint8Array, text);
  const plain = atob(text);
  const bytes = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i += 1) bytes[i] = plain.charCodeAt(i);
  return bytes;
}

/** @returns {Promise<Payload>} */
async function unpacked() {
  const block = byId("payload");
  const text = block.textContent ?? "";
  block.textContent = "";
  performance.mark("found");
  const bytes = bytesOf(text);
  performance.mark("bytes");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const json = await new Response(stream).text();
  performance.mark("json");
  /** @type {Omit<Payload, "rows"> & { rows: PackedRows | null }} */
  const { rows, ...payload } = JSON.parse(json);
  performance.mark("parsed");
  return { ...payload, rows: rows && unpackedRows(rows) };
}

/** A dialog that closes with Escape, its button, or a click beside it. @param {string} id */
function dialog(id) {
  const title = el("h3", { id: `${id}-title` });
  const body = el("div", { class: "dialog-body" });
  const close = button("Close", () => box.close());
  const box = el(
    "dialog",
    { id, "aria-labelledby": `${id}-title` },
    el("div", { class: "dialog-head" }, title, close),
    body,
  );
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  return (/** @type {string} */ name, /** @type {Node[]} */ ...content) => {
    title.textContent = cutMiddle(oneLine(name), 120);
    body.replaceChildren(...content);
    box.showModal();
  };
}

/** Copies a text, by the old way where the new one is refused. @param {string} text @param {string} said */
async function copyText(text, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "unseen" });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce(said);
  toast(said);
}

/** Shows for a moment that something was done. @param {string} text */
function toast(text) {
  document.querySelector(".toast")?.remove();
  const box = el("div", { class: "toast", "aria-hidden": "true" }, text);
  (document.querySelector("dialog[open]") ?? document.body).append(box);
  setTimeout(() => box.remove(), 2500);
}

function theme() {
  const root = document.documentElement;
  const names = ["system", "light", "dark"];
  const control = byId("theme");
  const kept = () => {
    try {
      return localStorage.getItem("spark-parity-theme");
    } catch {
      return null;
    }
  };
  const apply = (/** @type {string} */ name) => {
    if (name === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", name);
    control.textContent = `Theme: ${name}`;
    try {
      localStorage.setItem("spark-parity-theme", name);
    } catch {
      // A page from a file may keep nothing.
    }
  };
  let at = Math.max(0, names.indexOf(kept() ?? ""));
  control.hidden = false;
  control.addEventListener("click", () => apply(/** @type {string} */ (names[(at = (at + 1) % names.length)])));
  apply(/** @type {string} */ (names[at]));
}

/** @param {Payload} payload */
function start(payload) {
  const report = payload.document;
  const state = new State();
  const showQuery = dialog("query");
  const showWhole = dialog("whole");
  /** @param {Finding} finding */
  const copy = (finding) => {
    const refused = refusal(report, finding);
    if (refused) return showQuery(finding.title, el("p", {}, refused));
    showQuery(
      finding.title,
      ...offers(report, finding).map(({ label, text, reason }) =>
        el(
          "section",
          { class: "offer" },
          el(
            "div",
            { class: "offer-head" },
            el("h4", {}, label),
            text ? button("Copy", () => void copyText(text, `${label} copied`), { "data-copy": label }) : null,
          ),
          text ? el("pre", { tabindex: "0" }, text) : el("p", {}, reason),
        ),
      ),
    );
  };
  /** @type {Acts} */
  const acts = {
    copy,
    whole: (column, cell, key) => showWhole(`${column.name}, ${key}`, wholeValues(column, cell)),
    rows: (column, cause) => {
      state.set({ rows: "changed", rcolumn: named(column.name), rcause: cause, rq: "" }, true);
      byId("rows").scrollIntoView();
    },
    link: (column) => void copyText(state.link({ column: named(column.name) }), "Link to the column copied"),
  };
  const table = byId("columns-app");
  const detail = el("aside", { id: "detail", "aria-label": "Opened column", hidden: true });
  const list = el("div", { class: "list" });
  table.append(list, detail);
  const columns =
    report.columns.length === 0
      ? null
      : new Columns(payload, state, list, () => void copyText(state.link(), "Link to this view copied"));
  const open = (/** @type {boolean} */ isAsked) => {
    const name = state.view.column;
    const column = report.columns.find((column) => named(column.name) === name);
    table.classList.toggle("has-detail", column !== undefined);
    detail.hidden = column === undefined;
    if (!column) return detail.replaceChildren();
    const close = button(
      "Close",
      () => {
        state.set({ column: "" }, true);
        /** @type {HTMLElement | null} */ (list.querySelector("button.open"))?.focus();
      },
      { class: "close" },
    );
    detail.replaceChildren(close, columnDetail(payload, column, acts));
    detail.scrollTop = 0;
    columns?.reveal(name);
    if (isAsked) /** @type {HTMLElement | null} */ (detail.querySelector("h3"))?.focus({ preventScroll: true });
    if (isAsked) detail.scrollIntoView({ block: matchMedia("(max-width: 1100px)").matches ? "start" : "nearest" });
  };
  state.follow((view, before) => view.column !== before.column && open(true));
  open(false);
  const rows = new RowList(payload, state, byId("rows-app"), acts);
  rows.prepare();
  leadToRows(rows, (kind) => {
    state.set({ rows: kind, rq: "", rcolumn: "", rcause: "" }, true);
    byId("rows").scrollIntoView();
  });
  addEventListener("keydown", slash);
  notes(payload);
  const repeat =
    report.left.path !== "" && report.right.path !== "" && comparisonOffer(report, { title: "", sides: [] });
  if (repeat && repeat.text) {
    const text = repeat.text;
    byId("making-app").append(
      el(
        "div",
        { class: "offer-head" },
        el("h3", {}, "To repeat it"),
        button("Copy", () => void copyText(text, "Command copied")),
      ),
      el("pre", { tabindex: "0" }, text),
    );
  }
  const cut = byId("rows-app").appendChild(el("p", { class: "on-paper" }));
  addEventListener("beforeprint", () => {
    columns?.table.whole(PRINTED.columns);
    rows.table?.whole(PRINTED.rows);
    const left = (rows.table?.count ?? 0) - PRINTED.rows;
    cut.textContent = left > 0 ? `${counted(left, "more line is", "more lines are")} left out on paper.` : "";
  });
  addEventListener("afterprint", () => {
    columns?.table.whole(0);
    rows.table?.whole(0);
  });
  if (!detail.hidden && matchMedia("(max-width: 1100px)").matches) detail.scrollIntoView();
  else if (state.view.rows !== "" || state.view.rcolumn !== "") byId("rows").scrollIntoView();
  else if (location.hash.includes("=") && location.hash !== "#view=") byId("columns").scrollIntoView();
}

/** Lets the counts of the picture lead to the rows they count. @param {RowList} rows @param {(kind: string) => void} show */
function leadToRows(rows, show) {
  for (const [kind, title, look] of rows.kinds) {
    const count = document.querySelector(`#picture .kind-${look} b`);
    const text = count?.textContent ?? "";
    count?.replaceChildren(
      button(text, () => show(kind), { class: "plain", "aria-label": `${title} ${text}: show these rows` }),
    );
  }
}

/** The slash leads into the search of the part in view, unless it is typed into something. @param {KeyboardEvent} event */
function slash(event) {
  const into = /** @type {HTMLElement} */ (event.target);
  const isTyped = into.matches("input, select, textarea") || document.querySelector("dialog[open]") !== null;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyped) return;
  const part = byId("rows").getBoundingClientRect().top < innerHeight / 2 ? "rows" : "columns";
  const search = /** @type {HTMLElement | null} */ (document.querySelector(`#${part} .search input`));
  if (!search) return;
  event.preventDefault();
  search.focus();
}

/** Says what the size of the page left out. @param {Payload} payload */
function notes({ cut }) {
  const said = [
    cut.characters !== null && `Values are cut after ${grouped(cut.characters)} characters`,
    cut.samples !== null && `a column shows at most ${grouped(cut.samples)} of its samples`,
  ].filter((text) => text !== false);
  if (said.length > 0)
    byId("columns-app").before(
      el(
        "p",
        { class: "remark" },
        `${said.join(", and ").replace(/^a/, "A")}, so that this page stays small; the result document has more.`,
      ),
    );
}

/** Shows the plain list of columns where a browser cannot unpack the rest. @param {unknown} problem */
function fallBack(problem) {
  const plain = byId("columns-plain");
  byId("columns-app").replaceChildren(
    el("p", { class: "remark" }, `This browser cannot show the interactive part: ${problem}`),
  );
  // The list was written by the report, with every name escaped.
  const list = new DOMParser().parseFromString(plain.textContent ?? "", "text/html");
  byId("columns-app").append(...list.body.childNodes);
}

theme();
unpacked()
  .then(start)
  .then(() => {
    document.documentElement.setAttribute("data-ready", "");
    performance.mark("ready");
  })
  .catch((problem) => {
    fallBack(problem);
    document.documentElement.setAttribute("data-ready", "failed");
  });
