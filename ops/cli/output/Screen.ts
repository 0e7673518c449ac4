import { styleText } from 'node:util';

/** Where a command prints: a terminal, a pipe or a test. */
export interface Screen {
  /** Whether somebody watches, so that it may be drawn again. */
  readonly live: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  /** Lines of the terminal. */
  readonly rows: number;
  write(text: string): void;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** What is piped is read by programs, or in an editor: it may be wider than a terminal, but has an end. */
const PIPED_COLUMNS = 160;

type Format = Parameters<typeof styleText>[0];

/** `stream` decides about colours, as NO_COLOR and FORCE_COLOR do. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  const paint = (format: Format) => (text: string) => styleText(format, text, { stream });
  return {
    live: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns || 80 : Number(process.env.COLUMNS) || PIPED_COLUMNS;
    },
    get rows() {
      return stream.rows || 24;
    },
    write: (text) => void stream.write(text),
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
  };
}
