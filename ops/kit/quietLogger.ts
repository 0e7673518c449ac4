import type { Logger } from '../../core/ports.ts';

/** Logs only errors, because they spoil a measurement. */
export const quietLogger: Logger = {
  child: () => quietLogger,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => {
    process.stderr.write(
      `${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.stack : value))}\n`,
    );
  },
};
