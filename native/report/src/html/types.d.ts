// What the script reads from the payload and hands around. Members that older documents lack are optional.

export type Text = string | null;
export type Key = Record<string, Text>;
export type Bars = [number, number][];

export interface Cut {
  from: number;
  left_length: number | null;
  right_length: number | null;
}
export interface Sample {
  key: Key;
  left: Text;
  right: Text;
  cut?: Cut;
  row?: number;
}
export interface Distances {
  cells: number;
  least: number | string;
  greatest: number | string;
  lower: Bars;
  higher: Bars;
  commonest: { difference: string; cells: number } | null;
}
export interface Column {
  name: string;
  left_type: string;
  right_type: string;
  mismatches: number;
  rate: number;
  null_left: number;
  null_right: number;
  max_difference: number | string | null;
  relaxed: number;
  causes: Record<string, number>;
  samples: Sample[];
  masked?: boolean;
  distances?: Distances | null;
  changes?: { distinct: number | null; top: { left: Text; right: Text; cells: number }[] } | null;
  texts?: { cells: number; from: Bars; left_length: Bars; right_length: Bars } | null;
}
export interface KeyColumn {
  left: string;
  right: string;
  masked?: boolean;
}
export interface Side {
  path: string;
  files: number;
  bytes: number;
}
export interface Report {
  left: Side;
  right: Side;
  keys: KeyColumn[] | null;
  counts: Record<string, number>;
  schema: { common: string[]; only_left: string[]; only_right: string[] };
  columns: Column[];
  options?: Record<string, unknown> | null;
  samples: {
    only_left: Key[];
    only_right: Key[];
    changed: { key: Key; columns: string[]; row?: number }[];
    only_left_values?: Text[][];
    only_right_values?: Text[][];
    duplicates?: { side: "left" | "right"; key: Key; rows: number }[];
  };
}
export interface Cell {
  column: number;
  left: Text;
  right: Text;
  cause: Text;
  cut?: Cut;
}
export interface ChangedRow {
  key: Text[];
  cells: Cell[];
}
export interface OneSidedRow {
  key: Text[];
  values: Text[];
}
export interface DuplicateKey {
  side: "left" | "right";
  key: Text[];
  rows: number;
}
export interface Listed<T> {
  total: number;
  rows: T[];
}
export interface Rows {
  limit: number;
  changed: Listed<ChangedRow>;
  only_left: Listed<OneSidedRow>;
  only_right: Listed<OneSidedRow>;
  duplicates: Listed<DuplicateKey>;
}
/** Values of a column: one text, or a list where a text would be unclear. */
export type PackedColumn = string | Text[];
export interface PackedOneSided {
  total: number;
  count: number;
  keys: PackedColumn[];
  values: PackedColumn[];
}
export interface PackedChanged {
  total: number;
  count: number;
  keys: PackedColumn[];
  columns: { column: number; rows: number[]; values: PackedColumn; causes: PackedColumn; cuts?: (Cut | null)[] }[];
}
export interface PackedRows {
  limit: number;
  changed: PackedChanged;
  only_left: PackedOneSided;
  only_right: PackedOneSided;
  duplicates: Listed<DuplicateKey>;
}
/** What the report says in words: of each cause, and of each column how it changed. */
export interface Words {
  causes: Record<string, string>;
  columns: (string | null)[];
}
export interface Payload {
  document: Report;
  words: Words;
  rows: Rows | null;
  run: unknown;
  cut: { characters: number | null; samples: number | null };
}

/** What a view is: all of it stands in the fragment of the address. */
export interface View {
  column: string;
  q: string;
  type: string;
  cause: string;
  share: string;
  all: string;
  sort: string;
  rows: string;
  rq: string;
  rcolumn: string;
  rcause: string;
}

/** What can be copied as a query: a row by its key or its values, or a column. */
export interface Finding {
  title: string;
  /** The row's key, in the order of the key columns; missing for a whole column. */
  key?: Text[];
  /** The row's values where there are no keys, in the order of the columns. */
  values?: Text[];
  /** Names of the columns to look at; all where missing. */
  columns?: string[];
  sides: ("left" | "right")[];
}

export type Child = Node | string | null | undefined | false;
