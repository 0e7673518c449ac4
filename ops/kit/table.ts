import { cut, plainText, widthOf } from './plainText.ts';

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string | number;
  /** Figures stand to the right. */
  readonly right?: boolean;
  /** Where the table is too wide, this column may shrink to so many characters; others never do. */
  readonly least?: number;
  /** Where the table is too wide even so, the columns with the highest number go first; others stay. */
  readonly spare?: number;
}

/** Dims a heading; the same text where the terminal has no colours. */
export type Paint = (text: string) => string;

const GAP = '  ';

/**
 * Formats rows under headings, each line at most `width` columns wide as far as columns can shrink or go. `ruled`:
 * with a line under the headings, for files and logs, where nothing sets them apart.
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  paint: Paint = (text) => text,
  ruled = false,
): string {
  const filled = columns.map((column) => {
    const cells = rows.map((row) => plainText(String(column.cell(row))));
    return { column, cells, width: Math.max(widthOf(column.heading), ...cells.map(widthOf)) };
  });
  const shown = fitted(filled, width);
  const line = (texts: readonly string[]): string =>
    shown
      .map(({ column, width: own }, index) => {
        const text = cut(texts[index] ?? '', own);
        const space = ' '.repeat(own - widthOf(text));
        return column.right ? space + text : text + space;
      })
      .join(GAP)
      .trimEnd();
  return [
    paint(line(shown.map(({ column }) => column.heading))),
    ...(ruled ? [line(shown.map(({ width: own }) => '-'.repeat(own)))] : []),
    ...rows.map((_, row) => line(shown.map(({ cells }) => cells[row] ?? ''))),
  ].join('\n');
}

/** Formats rows of any width under their headings, figures to the right with as many digits as they need. */
export function formatTable(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const columns = headings.map(
    (heading, index): Column<readonly (string | number)[]> => ({
      heading,
      cell: (row) => formatCell(row[index] ?? ''),
      right: rows.some((row) => typeof row[index] === 'number'),
    }),
  );
  return table(columns, rows, Number.POSITIVE_INFINITY, undefined, true);
}

function formatCell(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  if (Number.isNaN(cell)) return '–';
  if (Math.abs(cell) >= 100) return Math.round(cell).toLocaleString('en-US');
  return Number(cell.toPrecision(3)).toString();
}

interface Filled<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  readonly width: number;
}

function fitted<Row>(filled: readonly Filled<Row>[], width: number): readonly Filled<Row>[] {
  const least = ({ column, width: own }: Filled<Row>): number => Math.min(own, column.least ?? own);
  let kept = [...filled];
  while (totalOf(kept.map(least)) > width) {
    const next = kept.reduce<Filled<Row> | null>(
      (most, each) => ((each.column.spare ?? 0) > (most?.column.spare ?? 0) ? each : most),
      null,
    );
    if (!next) break;
    kept = kept.filter((each) => each !== next);
  }
  const widths = kept.map(({ width: own }) => own);
  for (let excess = totalOf(widths) - width; excess > 0; excess -= 1) {
    // The widest of those that may shrink gives a column.
    let widest = -1;
    kept.forEach((each, index) => {
      const own = widths[index] ?? 0;
      if (own > least(each) && own > (widths[widest] ?? 0)) widest = index;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return kept.map((each, index) => ({ ...each, width: widths[index] ?? 0 }));
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, 0) + GAP.length * Math.max(0, widths.length - 1);
}
