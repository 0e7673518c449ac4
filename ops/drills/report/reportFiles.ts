import { open, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { DrillResult } from '../DrillResult.ts';
import { renderReport } from './renderReport.ts';
import { parseResult, toReported } from './resultSchema.ts';

/** Writes the page about a drill. */
export async function writeReport(path: string, result: DrillResult): Promise<void> {
  await writeFile(path, renderReport(toReported(result)));
}

/** Returns null if the files can be written, else a sentence that says which cannot, and why. */
export async function missingToWrite(paths: {
  readonly json: string | undefined;
  readonly report: string | undefined;
}): Promise<string | null> {
  for (const name of ['json', 'report'] as const) {
    const path = paths[name];
    if (path === undefined) continue;
    try {
      await (await open(path, 'a')).close();
    } catch (error) {
      return `--${name} cannot write ${path}: ${reasonOf(error)}. Name a file in a folder that exists and that you may write to.`;
    }
  }
  return null;
}

/**
 * Writes the page about an earlier drill, from its JSON: `--from RESULT.json --report FILE`. Returns null, or a
 * sentence that says what is wrong with the arguments or the file.
 */
export async function reportFrom(args: readonly string[]): Promise<string | null> {
  let from: string | undefined;
  let report: string | undefined;
  try {
    const options = { from: { type: 'string' }, report: { type: 'string' } } as const;
    ({ from, report } = parseArgs({ args: [...args], options }).values);
  } catch (error) {
    if (error instanceof TypeError) return `--from goes with --report alone, without a fault: ${error.message}`;
    throw error;
  }
  if (from === undefined || report === undefined) return '--from RESULT.json goes with --report FILE';
  const unwritable = await missingToWrite({ json: undefined, report });
  if (unwritable !== null) return unwritable;
  try {
    await writeFile(report, renderReport(parseResult(JSON.parse(await readFile(from, 'utf8')))));
    return null;
  } catch (error) {
    if (error instanceof z.ZodError)
      return `${from} is not the JSON of a drill (--json writes one):\n${z.prettifyError(error)}`;
    if (error instanceof SyntaxError) return `${from} is not JSON: ${error.message}`;
    return `${from} cannot be read: ${reasonOf(error)}`;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it is not allowed',
  EROFS: 'the disk is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
