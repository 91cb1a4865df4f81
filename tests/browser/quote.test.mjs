// What is copied means itself in SQL, Python, a shell and CSV, whatever it holds. No browser is needed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import {
  csv,
  csvField,
  isSafeSqlName,
  pythonString,
  pythonValue,
  shellWord,
  sqlString,
} from "../../native/report/src/html/quote.js";
import { comparisonOffer, offers, pathOf, predicate, refusal } from "../../native/report/src/html/copy.js";
import { HOSTILE } from "./pages.mjs";

// No shell, file or argument can hold a NUL; a name of a column that does is not copied as a command's argument.
const PASSED = HOSTILE.filter((text) => !text.includes("\0"));

test("a shell gets back every word as it was", () => {
  const script = `printf '%s\\0' ${PASSED.map(shellWord).join(" ")}`;
  const words = execFileSync("bash", ["-c", script], { encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } })
    .split("\0")
    .slice(0, -1);
  assert.deepEqual(words, PASSED);
});

test("no word holds what a terminal acts on when it is pasted", () => {
  for (const word of HOSTILE) assert.doesNotMatch(shellWord(word), /[\p{Cc}\p{Cf}]/u);
});

test("python gets back every string as it was", () => {
  const script = `import json, sys; sys.stdout.write(json.dumps([${HOSTILE.map(pythonString).join(", ")}]))`;
  const back = JSON.parse(execFileSync("python3", ["-"], { input: script, encoding: "utf8" }));
  assert.deepEqual(back, HOSTILE);
});

test("python gets back options", () => {
  const options = {
    where: "a = 'b'",
    tolerance: { "type:double": { absolute: 0.01, symmetric: true } },
    keys: ["id", null, false],
  };
  const back = execFileSync("python3", ["-"], {
    input: `import json; print(json.dumps(${pythonValue(options)}))`,
    encoding: "utf8",
  });
  assert.deepEqual(JSON.parse(back), options);
});

/** A string of Spark's SQL as Spark reads it. */
function readSql(text) {
  const inside = /^'((?:[^'\\]|\\.)*)'$/su.exec(text);
  assert.ok(inside, text.slice(0, 100));
  return inside[1].replace(
    /\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gsu,
    (_, short, long, one) => one ?? String.fromCodePoint(parseInt(short ?? long, 16)),
  );
}

test("sql gets back every string, and sees neither the end of a statement nor a comment nor a variable in it", () => {
  for (const value of HOSTILE) {
    const text = sqlString(value);
    assert.equal(readSql(text), value);
    assert.doesNotMatch(text, /;|--|\/\*|\$\{|[\p{Cc}\p{Cf}]/u);
  }
});

test("names that a SQL shell could misread are not put into SQL", () => {
  for (const name of ["a;b", "a'b", 'a"b', "a--b", "a/*b", "${x}", "a\nb", "\u202ea", "", "a\\b"])
    assert.equal(isSafeSqlName(name), false, name);
  for (const name of ["a", "a b", "a`b", "Ärger", "a.b", "s3://bucket/x=1/"])
    assert.equal(isSafeSqlName(name), true, name);
});

test("csv keeps values, tells null from empty, and disarms formulas", () => {
  assert.equal(csvField(null), "");
  assert.equal(csvField(""), '""');
  assert.equal(csvField('a"b,c'), '"a""b,c"');
  assert.equal(csvField("-1.5"), "-1.5");
  assert.equal(csvField("=1+1"), '"\'=1+1"');
  assert.equal(csvField("@SUM(1)"), '"\'@SUM(1)"');
  assert.equal(csvField("-1+cmd|' /C calc'!A0"), "\"'-1+cmd|' /C calc'!A0\"");
  assert.equal(
    csv([
      ["a", null],
      ["b\n", "c"],
    ]),
    'a,\r\n"b\n",c\r\n',
  );
});

const column = (name, left_type = "string", more = {}) => ({ name, left_type, right_type: left_type, ...more });
const report = (more = {}) => ({
  left: { path: "old" },
  right: { path: "new" },
  keys: [{ left: "id", right: "key" }],
  options: {},
  columns: [column("address", "struct<zip:string>"), column("address.zip"), column("a.b")],
  ...more,
});
const row = { title: "", key: ["7"], columns: ["address.zip"], sides: ["left", "right"] };

test("a row is found by its key on either side, and null by IS NULL", () => {
  assert.equal(predicate(report(), row, "left"), "`id` = '7'");
  assert.equal(predicate(report(), { ...row, key: [null] }, "right"), "`key` IS NULL");
  const [sql, pyspark, command] = offers(report(), row);
  assert.equal(
    sql.text,
    "SELECT 'left' AS side, `id`, `address`.`zip` FROM parquet.`old` WHERE `id` = '7'\nUNION ALL\nSELECT 'right' AS side, `key`, `address`.`zip` FROM parquet.`new` WHERE `key` = '7'",
  );
  assert.match(pyspark.text, /left = spark\.read\.parquet\('old'\)\.where\(\(F\.col\('`id`'\) == F\.lit\('7'\)\)\)\n/);
  assert.equal(
    command.text,
    "parity compare old new --key=id=key --column=address.zip --left-where='`id` = '\\''7'\\''' --right-where='`key` = '\\''7'\\'''",
  );
});

test("a dot parts a path only below a struct", () => {
  assert.deepEqual(pathOf(report(), "address.zip"), ["address", "zip"]);
  assert.deepEqual(pathOf(report(), "a.b"), ["a.b"]);
});

test("a comparison keeps the options it was made with", () => {
  const options = {
    where: "day > 1",
    exclude: ["x"],
    tolerance: { price: 0.1 },
    text: null,
    time_zone: "Europe/Berlin",
    duplicates: "pair",
    case_sensitive: true,
    samples: 20,
  };
  const { text } = comparisonOffer(report({ options, keys: [{ left: "id", right: "id" }] }), {
    title: "",
    key: ["7"],
    sides: ["left"],
  });
  assert.equal(
    text,
    "parity compare old new --key=id --exclude=x --time-zone=Europe/Berlin --case-sensitive --where='(day > 1) AND (`id` = '\\''7'\\'')' --options='{\"tolerance\":{\"price\":0.1}}'",
  );
});

test("a name with a NUL, which no argument can hold, is compared by a call", () => {
  assert.equal(comparisonOffer(report(), { ...row, columns: ["a\0b"] }).label, "compare_datasets");
});

test("what lies elsewhere is compared by a call", () => {
  const { label, text } = comparisonOffer(
    report({ left: { path: "s3://a/old/" }, right: { path: "s3://a/new/" }, options: { where: "day > 1" } }),
    row,
  );
  assert.equal(label, "compare_datasets");
  assert.match(
    text,
    /compare_datasets\('s3:\/\/a\/old\/', 's3:\/\/a\/new\/', keys=\{'id': 'key'\}, columns=\['address\.zip'\], left_where='\(day > 1\) AND \(`id` = \\'7\\'\)'/,
  );
});

test("nothing is offered for masked keys, for sides without a path, or by a value that was cut", () => {
  assert.match(refusal(report({ keys: [{ left: "id", right: "id", masked: true }] }), row) ?? "", /masked/);
  assert.match(refusal(report({ right: { path: "" } }), row) ?? "", /no path/);
  for (const options of [{ left_where: "(masked)" }, { null_equals: { ssn: "(masked)" } }])
    assert.match(refusal(report({ options }), row) ?? "", /options that are masked/);
  assert.match(refusal(report(), { ...row, key: [`${"x".repeat(64)}… (70000 characters)`] }) ?? "", /too long/);
  assert.equal(refusal(report(), row), null);
});

test("a path that looks like an option is none", () => {
  const { text } = comparisonOffer(report({ left: { path: "--json" } }), row);
  assert.match(text ?? "", /^parity compare \.\/--json new /);
});

test("without keys a row is found by its flat values", () => {
  const keyless = report({ keys: null });
  assert.equal(
    predicate(keyless, { title: "", values: ["{...}", "1", null], sides: ["left"] }, "left"),
    "`address`.`zip` = '1' AND `a.b` IS NULL",
  );
});
