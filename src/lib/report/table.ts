/** Plain aligned tables: two spaces between columns, no boxes, cut to a width where they have to be. */
import { stripVTControlCharacters } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right' | undefined;
  /** Columns with a rank are left out while the table is too wide, the highest rank first. */
  readonly optional?: number | undefined;
  /** The same in fewer cells, for all columns that have it: taken when those of rank {@link SPARE} and above are out and it is too wide still. */
  readonly short?: { readonly title?: string; readonly value?: (row: Row) => string } | undefined;
}

/** Columns of this rank and above go before others are put shorter. */
const SPARE = 5;

export interface TableOptions {
  /** Columns of the terminal; unlimited when absent (a pipe gets everything). */
  readonly width?: number | undefined;
  /** Written before each line. */
  readonly indent?: string | undefined;
  readonly titleStyle?: ((text: string) => string) | undefined;
}

const GAP = '  ';

// East Asian wide and emoji count two cells: close to wcwidth, exact for the names that people give instances.
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Cells that the text takes on a terminal. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mn}|\p{Me}|\u200d/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

const pad = (text: string, width: number, align: 'left' | 'right'): string => {
  const space = ' '.repeat(Math.max(0, width - cellWidth(text)));
  return align === 'right' ? space + text : text + space;
};

/** The columns that fit, and the titles of those that were left out; undefined when even the fewest are too wide. */
export function fitColumns<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): { readonly shown: readonly Column<Row>[]; readonly hidden: readonly string[] } | undefined {
  const ranked = columns.filter((column) => column.optional !== undefined).toSorted((a, b) => (b.optional ?? 0) - (a.optional ?? 0));
  const shortened = (column: Column<Row>): Column<Row> => ({ ...column, title: column.short?.title ?? column.title, value: column.short?.value ?? column.value });
  const spare = ranked.filter((column) => (column.optional ?? 0) >= SPARE).length;
  const tries = [
    ...Array.from({ length: spare + 1 }, (_, count) => ({ dropped: ranked.slice(0, count), short: false })),
    ...Array.from({ length: ranked.length - spare + 1 }, (_, count) => ({ dropped: ranked.slice(0, spare + count), short: true })),
  ];
  for (const { dropped, short } of tries) {
    const kept = columns.filter((column) => !dropped.includes(column));
    const shown = short ? kept.map(shortened) : kept;
    const total = cellWidth(options.indent ?? '') + shown.reduce((sum, column) => sum + columnWidth(column, rows), 0) + GAP.length * (shown.length - 1);
    if (options.width === undefined || total <= options.width) return { shown, hidden: columns.filter((column) => dropped.includes(column)).map((column) => column.title) };
  }
  return undefined;
}

const columnWidth = <Row>(column: Column<Row>, rows: readonly Row[]): number => Math.max(cellWidth(column.title), ...rows.map((row) => cellWidth(column.value(row))));

/** Lines of the table, the title line first; no trailing space. One that fits in no way has its fewest columns and is wider. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions = {}): string[] {
  const indent = options.indent ?? '';
  const shown = fitColumns(columns, rows, options)?.shown ?? columns.filter((column) => column.optional === undefined);
  const widths = shown.map((column) => columnWidth(column, rows));
  const line = (cells: readonly string[]): string =>
    (indent + cells.map((cell, i) => pad(cell, widths[i] ?? 0, shown[i]?.align ?? 'left')).join(GAP)).trimEnd();
  const style = options.titleStyle ?? ((text: string) => text);
  const titles = line(shown.map((column) => column.title));
  return [style(titles), ...rows.map((row) => line(shown.map((column) => column.value(row))))];
}
