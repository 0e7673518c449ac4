/** silent: it is on and gives nothing at all; talkingMuted: the person talks while it is off; noisy: never quiet. */
export type MicrophoneHint = 'silent' | 'talkingMuted' | 'noisy';

/** What was heard in one moment: the mean level and the highest sample, in dB below full scale. */
export interface Heard {
  readonly levelDb: number;
  readonly peakDb: number;
  /** Whether others hear it. */
  readonly on: boolean;
  /** In ms. */
  readonly now: number;
}

/** Below the smallest step of 16 bits there is no sound at all, not even that of a quiet room. */
const NOTHING_DB = -90;
const SILENT_AFTER_MS = 8_000;
const VOICE_DB = -42;
/** A voice is this much louder than the room. */
const VOICE_OVER_ROOM_DB = 12;
const VOICE_MS = 600;
const TALKING_SHOWN_MS = 6_000;
/** Between words a voice leaves the room's own level: this loud in all of that time is noise. */
const NOISE_DB = -38;
const NOISY_AFTER_MS = 10_000;

/** Judges a microphone by what it hears, a few times a second. */
export class MicrophoneJudge {
  #on: boolean | null = null;
  #since = 0;
  #lastSound = 0;
  #lastQuiet = 0;
  #roomDb = NOTHING_DB;
  #voiceMs = 0;
  #talkedAt = Number.NEGATIVE_INFINITY;
  #before = 0;

  hear({ levelDb, peakDb, on, now }: Heard): MicrophoneHint | null {
    if (on !== this.#on) this.#begin(on, now);
    // After a break, such as that of a page that was stopped, nothing is known of the time between.
    const passed = Math.min(now - this.#before, 1_000);
    if (now - this.#before > 5_000) this.#begin(on, now);
    this.#before = now;
    if (peakDb > NOTHING_DB) this.#lastSound = now;
    if (levelDb < NOISE_DB) this.#lastQuiet = now;
    // The room's level falls at once and rises slowly.
    this.#roomDb = levelDb < this.#roomDb ? levelDb : this.#roomDb + Math.min(levelDb - this.#roomDb, passed / 500);
    const isVoice = levelDb > VOICE_DB && levelDb > this.#roomDb + VOICE_OVER_ROOM_DB;
    this.#voiceMs = isVoice ? this.#voiceMs + passed : Math.max(0, this.#voiceMs - passed / 2);
    if (on) {
      if (now - this.#lastSound >= SILENT_AFTER_MS) return 'silent';
      return now - this.#lastQuiet >= NOISY_AFTER_MS ? 'noisy' : null;
    }
    if (this.#voiceMs >= VOICE_MS) this.#talkedAt = now;
    return now - this.#talkedAt < TALKING_SHOWN_MS ? 'talkingMuted' : null;
  }

  #begin(on: boolean, now: number): void {
    this.#on = on;
    this.#since = now;
    this.#lastSound = this.#since;
    this.#lastQuiet = this.#since;
    this.#voiceMs = 0;
    this.#talkedAt = Number.NEGATIVE_INFINITY;
  }
}
