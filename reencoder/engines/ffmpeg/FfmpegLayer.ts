import type { StoredFrame } from '../../codecs/ivf.ts';
import type { CodedFrame } from '../../frames.ts';
import type { LayerWish } from '../Engine.ts';
import { OFF_AFTER } from '../KeyframeDuty.ts';
import type { CommandOptions } from './commandOptions.ts';
import { LayerCommand, type LayerCommandListener } from './LayerCommand.ts';

/** The command of a layer that nobody wished for this long stops, to save its CPU. 90 kHz. */
const STOP_AFTER = 5 * 90_000;
/** A new bitrate gets a new command if it differs by more than this share of the old one. */
const BITRATE_CHANGE = 0.25;
/** One command works and one may be ending; a source that changes faster has to wait. */
const MOST_COMMANDS = 2;
const MOST_FRUITLESS = 10; // This many commands may die one after the other without a frame.

/** A command that died is replaced at the source's next keyframe. */
export interface FfmpegLayerListener extends LayerCommandListener {
  /** The layer gives up: another command would die like those before. */
  failed(reason: string): void;
}

/** One layer. While it is on, every encoded frame goes out, wished or not, because later frames build on it. */
export class FfmpegLayer {
  readonly #options: Omit<CommandOptions, 'bitrateBps'>;
  readonly #listener: FfmpegLayerListener;
  readonly #alive = new Set<LayerCommand>();
  /** The command at work. Another format or bitrate needs another command, from a keyframe of the source on. */
  #current: { readonly command: LayerCommand; readonly format: string; readonly bitrateBps: number } | null = null;
  #fruitless = 0;
  #wishedAt = Number.NEGATIVE_INFINITY;
  #isOn = false;
  /** True if frames were held back: the next one that goes out has to be a keyframe. */
  #heldBack = false;

  constructor(options: Omit<CommandOptions, 'bitrateBps'>, listener: FfmpegLayerListener) {
    this.#options = options;
    this.#listener = listener;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  get backlog(): number {
    return this.#current?.command.backlog ?? 0;
  }

  get pids(): readonly number[] {
    return [...this.#alive].flatMap(({ pid }) => pid ?? []);
  }

  /** Returns a reason if only a keyframe of the source helps. */
  push({ data, keyframe, timestamp }: CodedFrame, format: string, { encode, bitrateBps }: LayerWish): string | null {
    if (encode) this.#wishedAt = timestamp;
    const unwished = Math.abs(timestamp - this.#wishedAt);
    this.#isOn = unwished < OFF_AFTER;
    if (unwished >= STOP_AFTER) this.#stop();
    if (this.#isOn && keyframe && !this.#suits(format, bitrateBps)) this.#start(format, bitrateBps);
    this.#current?.command.push(data, timestamp);
    return this.#isOn && this.#current === null ? 'A layer has no keyframe to begin with' : null;
  }

  async close(): Promise<void> {
    this.#current = null;
    for (const command of this.#alive) command.kill();
    await Promise.all([...this.#alive].map(({ ended }) => ended));
  }

  #suits(format: string, bitrateBps: number): boolean {
    if (this.#current?.format !== format) return false;
    return Math.abs(bitrateBps / this.#current.bitrateBps - 1) <= BITRATE_CHANGE;
  }

  #stop(): void {
    this.#current?.command.kill();
    this.#current = null;
  }

  #start(format: string, bitrateBps: number): void {
    this.#stop();
    if (this.#alive.size >= MOST_COMMANDS) return;
    const command: LayerCommand = new LayerCommand(
      { ...this.#options, bitrateBps },
      { encoded: (frame, timestamp) => this.#encoded(frame, timestamp), died: (reason) => this.#died(reason) },
    );
    this.#current = { command, format, bitrateBps };
    this.#alive.add(command);
    void command.ended.then(() => this.#alive.delete(command));
  }

  #encoded(frame: StoredFrame, timestamp: number): void {
    this.#fruitless = 0;
    this.#heldBack = !this.#isOn || (this.#heldBack && !frame.keyframe);
    if (!this.#heldBack) this.#listener.encoded(frame, timestamp);
  }

  #died(reason: string): void {
    this.#current = null;
    this.#fruitless += 1;
    if (this.#fruitless >= MOST_FRUITLESS) this.#listener.failed(reason);
    else this.#listener.died(reason);
  }
}
