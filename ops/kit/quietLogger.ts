import type { Logger } from '../../core/ports.ts';

/** Says only what spoils a measurement: errors. */
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
