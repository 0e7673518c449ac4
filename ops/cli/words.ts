import { parseArgs } from 'node:util';
import { UsageFailure } from './CliFailure.ts';
import type { Command } from './commands.mjs';

/** What an operator typed after the name of a command. */
export class Words {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #words: readonly string[];

  /** @throws UsageFailure when the command does not take this */
  constructor({ options, words: wanted }: Pick<Command, 'options' | 'words'>, typed: readonly string[]) {
    const parsed = parse(options, typed);
    this.#values = parsed.values;
    this.#words = parsed.positionals;
    const missing = wanted.filter((word) => !word.startsWith('['))[this.#words.length];
    if (missing !== undefined) throw new UsageFailure(`${missing} is missing.`);
    const surplus = this.#words[wanted.length];
    if (surplus !== undefined) throw new UsageFailure(`${surplus} means nothing here.`);
  }

  /** Returns the word at this place; '' if it was left out. */
  word(index: number): string {
    return this.#words[index] ?? '';
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws UsageFailure when it is not a whole number in this range */
  number<Missing>(name: string, range: { readonly min: number; readonly max: number }, missing: Missing) {
    const value = this.text(name);
    if (value === undefined) return missing;
    const { min, max } = range;
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) {
      throw new UsageFailure(`--${name} takes a whole number from ${min} to ${max}, and not ${value}.`);
    }
    return number;
  }
}

function parse(options: Command['options'], typed: readonly string[]) {
  try {
    return parseArgs({
      args: [...typed],
      allowPositionals: true,
      options: Object.fromEntries(
        options.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' } as const]),
      ),
    });
  } catch (error) {
    // Node's own words: "Unknown option '--x'. To specify a positional argument …".
    throw new UsageFailure((error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '');
  }
}
