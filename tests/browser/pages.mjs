// Result documents, rows and runs of all kinds, made from a seed, and their pages by the driver `render`.
//
//     node tests/browser/pages.mjs FOLDER    writes a page of each kind into a folder

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");

/** Numbers from 0 up to a bound, the same ones for a seed. */
export function random(seed) {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

const WORDS =
  "alder birch cedar dogwood elm fir ginkgo hazel ironwood juniper katsura larch maple nutmeg oak pine quince rowan spruce teak".split(
    " ",
  );
const TYPES = [
  "decimal(18,2)",
  "string",
  "int",
  "double",
  "date",
  "timestamp",
  "string",
  "bigint",
  "array<int>",
  "boolean",
];

function value(type, draw) {
  switch (type) {
    case "decimal(18,2)":
      return `${draw(100_000)}.${String(draw(100)).padStart(2, "0")}`;
    case "int":
    case "bigint":
      return String(draw(1_000_000));
    case "double":
      return `${draw(10_000) / 8}`;
    case "date":
      return `2026-${String(1 + draw(12)).padStart(2, "0")}-${String(1 + draw(28)).padStart(2, "0")}`;
    case "timestamp":
      return `2026-${String(1 + draw(12)).padStart(2, "0")}-11 ${String(draw(24)).padStart(2, "0")}:00:00`;
    case "boolean":
      return draw(2) === 0 ? "true" : "false";
    case "array<int>":
      return JSON.stringify([1, 2, draw(9), 4, draw(9)]);
    default:
      return `${WORDS[draw(WORDS.length)]} ${WORDS[draw(WORDS.length)]} ${draw(1000)}`;
  }
}

/** A change of a value: both texts and the cause. */
function change(type, draw) {
  const left = value(type, draw);
  const kind = draw(20);
  if (kind === 0) return [null, left, "null_left"];
  if (kind === 1) return [left, null, "null_right"];
  if (type === "string")
    return [
      [left, left.toUpperCase(), "case"],
      [left, `${left} `, "outer_space"],
      [left, left.replace(/ (\w+) /, " walnut "), "other"],
    ][draw(3)];
  if (type === "decimal(18,2)") return [left, `${Number(left.slice(0, -3)) + 5}${left.slice(-3)}`, "offset:+5"];
  if (type === "array<int>") return [left, JSON.stringify([...JSON.parse(left).slice(0, 4), 77]), "other"];
  const right = value(type, draw);
  return right === left ? [left, null, "null_right"] : [left, right, "other"];
}

/** A document with so many columns, of which every `every`th has changes. */
export function make({
  columns: width,
  samples = 20,
  limit = 1000,
  every = 4,
  seed = 1,
  keys = ["id"],
  name = (i) => `${WORDS[i % WORDS.length]}_${String(i).padStart(4, "0")}`,
}) {
  const draw = random(seed);
  const matched = 5_000_000;
  const changedRows = Array.from({ length: limit }, (_, i) => ({
    key: keys.map((_, k) => String(i * 7 + k)),
    cells: [],
  }));
  const columns = Array.from({ length: width }, (_, i) => {
    const type = TYPES[i % TYPES.length];
    const isChanged = i % every === 0;
    const mismatches = isChanged ? 1 + draw(i % 3 === 0 ? 400_000 : 900) : 0;
    const count = Math.min(samples, mismatches);
    const causes = {};
    const cells = Array.from({ length: count }, () => change(type, draw));
    for (const [, , cause] of cells) causes[cause] = (causes[cause] ?? 0) + 1;
    if (isChanged) causes[Object.keys(causes)[0]] += mismatches - count;
    const column = {
      name: name(i),
      left_type: type,
      right_type: i % 37 === 36 ? "string" : type,
      mismatches,
      rate: mismatches / matched,
      null_left: Math.min(mismatches, causes.null_left ?? 0),
      null_right: Math.min(mismatches, causes.null_right ?? 0),
      max_difference: isChanged && /int|decimal|double/.test(type) ? draw(1000) / 4 : null,
      relaxed: i % 11 === 0 ? draw(50) : 0,
      causes,
      samples: cells.map(([left, right], s) => ({
        key: Object.fromEntries(keys.map((key, k) => [key, String(s * 7 + k)])),
        left,
        right,
        row: s,
      })),
    };
    if (isChanged && /int|decimal|double|date|timestamp/.test(type)) {
      const lower = [
        [-2, draw(mismatches + 1)],
        [0, 3],
        [2, 1],
      ];
      column.distances = {
        cells: mismatches,
        least: -250.25,
        greatest: 3120.5,
        lower,
        higher: [
          [-2, draw(900)],
          [-1, draw(900)],
          [1, 40],
        ],
        commonest: { difference: "+5", cells: Math.ceil(mismatches / 2) },
      };
    }
    if (isChanged && type === "string")
      column.texts = {
        cells: mismatches,
        from: [
          [0, 40],
          [1, 12],
          [3, 90],
          [5, 7],
        ],
        left_length: [
          [0, 4],
          [1, 100],
          [3, 9],
        ],
        right_length: [
          [1, 80],
          [2, 30],
        ],
      };
    if (isChanged)
      column.changes =
        i % 8 === 0
          ? { distinct: null, top: [] }
          : { distinct: 31, top: cells.slice(0, 5).map(([left, right], n) => ({ left, right, cells: 500 - n * 90 })) };
    if (isChanged) {
      changedRows.forEach((row, r) => {
        if ((r + i) % 9 !== 0 && !(r === 3)) return;
        const [left, right, cause] = change(type, draw);
        row.cells.push({ column: i, left, right, cause });
      });
    }
    return column;
  });
  for (const row of changedRows) {
    if (row.cells.length > 0 || width === 0) continue;
    const [left, right, cause] = change(columns[0].left_type, draw);
    row.cells.push({ column: 0, left, right, cause });
  }
  const oneSided = (start) =>
    Array.from({ length: limit }, (_, r) => ({
      key: keys.map(() => String(start + r)),
      values: columns.map((column) => (draw(12) === 0 ? null : value(column.left_type, draw))),
    }));
  const counts = {
    left: matched + 12_345,
    right: matched + limit,
    matched,
    identical: matched - 51_234,
    changed: 51_234,
    only_left: 12_345,
    only_right: limit,
    duplicate_keys_left: 3,
    duplicate_keys_right: 0,
    null_keys_left: 1,
    null_keys_right: 0,
  };
  const rows = {
    limit,
    changed: { total: counts.changed, rows: changedRows },
    only_left: { total: counts.only_left, rows: oneSided(9_000_000) },
    only_right: { total: counts.only_right, rows: oneSided(9_900_000) },
    duplicates: {
      total: 3,
      rows: [1, 2, 3].map((n) => ({ side: "left", key: keys.map(() => String(n * 100)), rows: n + 1 })),
    },
  };
  const keyOf = (values) => Object.fromEntries(keys.map((key, k) => [key, values[k]]));
  const document = finished({
    left: { path: "/lake/orders/2026-01-30", files: 128, bytes: 81_234_567_890 },
    right: { path: "/lake/orders/2026-01-31", files: 131, bytes: 81_534_567_890 },
    keys: keys.map((key) => ({ left: key, right: key })),
    counts,
    schema: {
      common: [...keys, ...columns.map((column) => column.name)],
      only_left: ["legacy_flag"],
      only_right: ["channel", "channel_version"],
      type_changes: columns
        .filter((c) => c.left_type !== c.right_type)
        .map(({ name, left_type, right_type }) => ({ name, left_type, right_type })),
    },
    columns,
    samples: {
      only_left: rows.only_left.rows.slice(0, samples).map((row) => keyOf(row.key)),
      only_right: rows.only_right.rows.slice(0, samples).map((row) => keyOf(row.key)),
      only_left_values: rows.only_left.rows.slice(0, samples).map((row) => row.values),
      only_right_values: rows.only_right.rows.slice(0, samples).map((row) => row.values),
      changed: Array.from({ length: samples }, (_, s) => ({
        key: keyOf(keys.map((_, k) => String(s * 7 + k))),
        columns: columns.filter((c) => c.samples.length > s).map((c) => c.name),
        row: s,
      })),
      duplicates: [{ side: "left", key: keyOf(keys.map(() => "100")), rows: 2 }],
    },
    thresholds: { rows: 0.001, columns: width > 0 ? { [columns[0].name]: 0.05 } : {}, schema: 0 },
    options: {
      keys,
      where: "day >= '2026-01-01'",
      tolerance: { "type:double": { absolute: 0.01 } },
      text: null,
      time_zone: "UTC",
      samples,
    },
    warnings: [],
  });
  return { document, rows, run: RUN };
}

const RUN = {
  version: 1,
  product: "spark-parity 0.1.0",
  started: "2026-01-31T06:00:00Z",
  seconds: 83.4,
  steps: [
    { name: "plan", seconds: 1.2, bytes: 81_000, requests: 12 },
    { name: "fingerprint", seconds: 61.9, bytes: 162_769_135_780, requests: 20_412 },
    { name: "match", seconds: 8.8, bytes: 480_000_000 },
    { name: "compare", seconds: 11.5, bytes: 99_000_000 },
  ],
  sources: [
    { side: "left", kind: "parquet", read_on: "executors" },
    { side: "right", kind: "parquet", read_on: "executors" },
  ],
  versions: { spark: "3.5.3", hadoop: "3.3.4" },
};

/** A document with what follows from its other members. */
function finished(document) {
  const { counts, schema, columns, thresholds } = document;
  const worst = columns.filter((column) => column.mismatches > 0).sort((a, b) => b.mismatches - a.mismatches);
  const equal =
    counts.changed + counts.only_left + counts.only_right === 0 &&
    schema.only_left.length + schema.only_right.length + schema.type_changes.length === 0;
  return {
    version: 1,
    equal,
    passed: equal || (thresholds === null && equal),
    mismatched_columns: worst.map((column) => column.name),
    ...document,
  };
}

const COUNTS = {
  left: 1000,
  right: 1000,
  matched: 1000,
  identical: 1000,
  changed: 0,
  only_left: 0,
  only_right: 0,
  duplicate_keys_left: 0,
  duplicate_keys_right: 0,
  null_keys_left: 0,
  null_keys_right: 0,
};

/** What a column says in which nothing changed. */
const UNCHANGED = {
  mismatches: 0,
  rate: 0,
  causes: {},
  null_left: 0,
  null_right: 0,
  max_difference: null,
  samples: [],
  relaxed: 0,
  distances: null,
  changes: null,
};

function equalPage() {
  const { document } = make({ columns: 12, every: 1000, limit: 0, samples: 0 });
  const columns = document.columns.map((column) => ({
    ...column,
    ...UNCHANGED,
    right_type: column.left_type,
  }));
  const schema = { common: document.schema.common, only_left: [], only_right: [], type_changes: [] };
  const samples = { only_left: [], only_right: [], changed: [] };
  return {
    document: finished({
      ...document,
      columns,
      schema,
      samples,
      counts: COUNTS,
      thresholds: null,
      equal: true,
      passed: true,
      mismatched_columns: [],
    }),
    rows: null,
    run: RUN,
  };
}

function schemaPage() {
  const { document } = equalPage();
  const schema = {
    ...document.schema,
    only_left: ["old_name"],
    only_right: ["new_name"],
    type_changes: [{ name: "id", left_type: "int", right_type: "bigint" }],
  };
  return { document: { ...document, schema, equal: false, passed: false }, rows: null, run: null };
}

function keylessPage() {
  const { document, rows } = make({ columns: 6, limit: 40, keys: [] });
  const counts = { ...COUNTS, left: 1000 + 52, right: 1040, only_left: 52, only_right: 40 };
  const columns = document.columns.map((column) => ({
    ...column,
    ...UNCHANGED,
    texts: null,
  }));
  const keyOf = (row) => Object.fromEntries(columns.map((column, i) => [column.name, row.values[i]]));
  const samples = {
    only_left: rows.only_left.rows.slice(0, 5).map(keyOf),
    only_right: rows.only_right.rows.slice(0, 5).map(keyOf),
    changed: [],
  };
  const listed = {
    ...rows,
    changed: { total: 0, rows: [] },
    only_left: { ...rows.only_left, total: 52 },
    only_right: { ...rows.only_right, total: 40 },
    duplicates: { total: 0, rows: [] },
  };
  return {
    document: finished({
      ...document,
      keys: null,
      counts,
      columns,
      samples,
      thresholds: null,
      mismatched_columns: [],
      passed: false,
    }),
    rows: listed,
    run: null,
  };
}

function maskedPage() {
  const { document, rows, run } = make({ columns: 8, limit: 30, every: 2 });
  const columns = document.columns.map((column) => ({
    ...column,
    masked: true,
    max_difference: null,
    causes: {},
    samples: [],
    distances: null,
    changes: null,
    texts: null,
  }));
  const nulls = (key) => Object.fromEntries(Object.keys(key).map((name) => [name, null]));
  const samples = {
    only_left: document.samples.only_left.map(nulls),
    only_right: document.samples.only_right.map(nulls),
    changed: document.samples.changed.map((row) => ({ ...row, key: nulls(row.key) })),
  };
  const keyed = (list, change) => ({
    ...list,
    rows: list.rows.map((row) => ({ ...row, key: row.key.map(() => null), ...change(row) })),
  });
  const masked = {
    ...rows,
    changed: keyed(rows.changed, (row) => ({
      cells: row.cells.map(({ column }) => ({ column, left: null, right: null, cause: null })),
    })),
    only_left: keyed(rows.only_left, (row) => ({ values: row.values.map(() => null) })),
    only_right: keyed(rows.only_right, (row) => ({ values: row.values.map(() => null) })),
    duplicates: keyed(rows.duplicates, () => ({})),
  };
  return {
    document: { ...document, columns, samples, keys: [{ left: "id", right: "id", masked: true }] },
    rows: masked,
    run,
  };
}

/** Names and values that mean something to HTML, scripts, SQL, Python, shells, spreadsheets and terminals. */
export const HOSTILE = [
  "<img src=x onerror=window.pwned=1>",
  "</script><script>window.pwned=1</script>",
  "<!-- <script>",
  "</noscript><script>window.pwned=1</script>",
  "\"'><svg onload=window.pwned=1>",
  "javascript:window.pwned=1",
  "{{payload}}",
  "${env:HOME}",
  "a`; DROP TABLE t; --",
  "' OR 1=1 --",
  "'; import os; os.system('touch /tmp/pwned') #",
  "$(touch /tmp/pwned)",
  "`touch /tmp/pwned`",
  "a'b\"c\\d",
  "line\nfeed\r\n\ttab",
  "\u0000\u0007\u001b[31mred\u007f",
  "\u202egnp.exe\u202c",
  "\u2066isolate",
  "\u200bzero\ufeffwidth",
  "\ufffd\u2028\u2029",
  '=HYPERLINK("http://x")',
  "@SUM(1)",
  "-1+cmd|' /C calc'!A0",
  "__proto__",
  "constructor",
  "toString",
  "",
  " ",
  "!history !!",
  "--flag",
  "%s%n",
  "a.b.c",
  "~",
  "a|~|",
  "😀\u{e0041}",
  "null",
  "é̀̂",
  "x".repeat(100_000),
];

function hostilePage() {
  const { rows } = make({ columns: HOSTILE.length, limit: 0, samples: 0 });
  const key = "k`<b>\n'\"";
  const causes = { null_left: 1, "<script>window.pwned=1</script>": 1, __proto__x: 1 };
  const columns = HOSTILE.map((name, i) => {
    const left = HOSTILE[(i + 1) % HOSTILE.length];
    const right = HOSTILE[(i + 5) % HOSTILE.length];
    return {
      name,
      left_type: i % 5 === 4 ? "array<string>" : "string",
      right_type: "<b onclick=window.pwned=1>string</b>",
      mismatches: 3,
      rate: 0.3,
      null_left: 1,
      null_right: 1,
      max_difference: null,
      relaxed: 0,
      causes,
      samples: [
        { key: { [key]: left }, left, right },
        { key: { [key]: null }, left: `["${i}"]`, right: '["<b>"]' },
      ],
      changes: {
        distinct: 2,
        top: [
          { left, right, cells: 2 },
          { left: right, right: left, cells: 1 },
        ],
      },
    };
  });
  const counts = {
    ...COUNTS,
    left: 12,
    right: 12,
    matched: 10,
    identical: 7,
    changed: 3,
    only_left: 2,
    only_right: 2,
    duplicate_keys_left: 1,
  };
  const list = (values) =>
    values.map((value, i) => ({ key: [value], values: HOSTILE.map((_, c) => HOSTILE[(c + i) % HOSTILE.length]) }));
  const shown = {
    ...rows,
    limit: 10,
    changed: {
      total: 3,
      rows: HOSTILE.slice(0, 3).map((value, i) => ({
        key: [value],
        cells: HOSTILE.map((_, c) => ({
          column: c,
          left: HOSTILE[(c + i) % HOSTILE.length],
          right: HOSTILE[(c + i + 9) % HOSTILE.length],
          cause: "<i>",
        })),
      })),
    },
    only_left: { total: 2, rows: list(HOSTILE.slice(3, 5)) },
    only_right: { total: 2, rows: list(HOSTILE.slice(8, 10)) },
    duplicates: { total: 1, rows: [{ side: "left", key: [HOSTILE[1]], rows: 2 }] },
  };
  const document = finished({
    left: { path: "/data/</title><script>window.pwned=1</script>", files: 1, bytes: 1 },
    right: { path: "/data/'\"`$(x)\n", files: 1, bytes: 1 },
    keys: [{ left: key, right: key }],
    counts,
    schema: {
      common: HOSTILE,
      only_left: HOSTILE,
      only_right: ["<script>window.pwned=1</script>"],
      type_changes: [{ name: "<b>", left_type: "</table>", right_type: '"' }],
    },
    columns,
    samples: { only_left: [], only_right: [], changed: [] },
    thresholds: { rows: 0.1, columns: { [HOSTILE[0]]: 0.1 } },
    warnings: ["<script>window.pwned=1</script>\u202e"],
    options: { where: "<script>window.pwned=1</script>", rename: { "</script>": "x" } },
  });
  return {
    document,
    rows: shown,
    run: { product: "<script>window.pwned=1</script>", steps: [{ "<b>": "</td>", name: "\u0000" }] },
  };
}

/** Every kind of page, by name. */
export const PAGES = {
  small: () => make({ columns: 3, every: 1, limit: 25, samples: 5 }),
  wide: () => make({ columns: 200 }),
  huge: () => make({ columns: 5000 }),
  equal: equalPage,
  schema: schemaPage,
  keyless: keylessPage,
  masked: maskedPage,
  hostile: hostilePage,
  samples: () => ({ ...make({ columns: 40, limit: 20 }), rows: null, run: null }),
};

/** The driver that renders. */
export function driver() {
  const target =
    process.env.CARGO_TARGET_DIR ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "spark-parity/target");
  return process.env.PARITY_RENDER ?? join(target, "debug/render");
}

/** Renders a page; with how long that took in seconds. */
export function render({ document, rows, run }) {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  try {
    const files = Object.entries({ document, rows, run }).map(([name, json]) => {
      if (json === null || json === undefined) return "-";
      const path = join(folder, `${name}.json`);
      writeFileSync(path, JSON.stringify(json));
      return path;
    });
    const made = spawnSync(driver(), ["page", ...files], { maxBuffer: 1 << 28, encoding: "buffer" });
    if (made.error) throw made.error;
    if (made.status !== 0) throw new Error(`render: ${made.stderr}`);
    return { html: made.stdout, seconds: Number(/rendered in ([\d.]+) s/.exec(String(made.stderr))?.[1]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes pages into a folder and gives their paths by name. */
export function writePages(folder, names = Object.keys(PAGES)) {
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    names.map((name) => {
      const { html, seconds } = render(PAGES[name]());
      const path = join(folder, `${name}.html`);
      writeFileSync(path, html);
      return [name, { path, bytes: html.length, seconds }];
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, { path, bytes, seconds }] of Object.entries(
    writePages(process.argv[2] ?? join(ROOT, "build/pages")),
  )) {
    console.log(`${name}: ${bytes.toLocaleString("en-US")} bytes in ${seconds} s: ${path}`);
  }
}
