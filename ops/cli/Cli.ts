import type { RecoveryReader } from '../../recovery/openReader.ts';
import type { Config } from '../run/config.ts';
import { openCluster } from './openCluster.ts';
import { operatorConfig } from './operatorConfig.ts';
import type { Screen } from './output/Screen.ts';
import type { Words } from './words.ts';

/** One run of a command: what was typed, where it prints, and whom it asks. */
export class Cli {
  readonly words: Words;
  readonly screen: Screen;
  #config: Config | null = null;

  constructor(words: Words, screen: Screen) {
    this.words = words;
    this.screen = screen;
  }

  get json(): boolean {
    return this.words.flag('json');
  }

  /** @throws ConfigError when a setting is bad */
  get config(): Config {
    this.#config ??= operatorConfig(this.words.text('data'));
    return this.#config;
  }

  /** Runs `work` with a connection to Redis, and closes it. @throws CliFailure, Unavailable when there is none */
  async withCluster<T>(work: (cluster: RecoveryReader) => Promise<T>): Promise<T> {
    const cluster = await openCluster(this.config);
    try {
      return await work(cluster);
    } finally {
      await cluster.close();
    }
  }

  /** Prints the value as JSON if that was asked for, else the text. */
  print(value: unknown, text: () => string): void {
    this.screen.write(`${this.json ? JSON.stringify(value, null, 2) : text()}\n`);
  }
}
