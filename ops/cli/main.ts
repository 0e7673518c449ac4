import { screenOf } from './output/Screen.ts';
import { runCommand } from './runCommand.ts';

// `head` and pagers close the pipe before everything is printed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await runCommand(
  process.argv.slice(2),
  screenOf(process.stdout),
  (text) => void process.stderr.write(text),
);
