import { describe, expect, test } from 'vitest';
import { type ExpectedFlow, PulseWatch } from './PulseWatch.ts';

const FLOWING: ExpectedFlow = { anyLayerActive: true, inputPaused: false };
const PULSE_MS = 50;

/** A sidecar as its pulses show it, in steps of 50 ms. */
class Sidecar {
  readonly watch: PulseWatch;
  now = 0;
  framesIn = 0;
  framesOut = 0;

  constructor(expected = FLOWING) {
    this.watch = new PulseWatch(0, expected);
  }

  /** Advances by `ms`, with or without pulses, with frames in and out in each. */
  run(ms: number, { pulses = true, framesIn = 2, framesOut = 2 } = {}): this {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += PULSE_MS;
      this.framesIn += framesIn;
      this.framesOut += framesOut;
      if (pulses) this.watch.pulse(this.now, this.framesIn, [this.framesOut, 0, 0]);
      this.watch.check(this.now);
    }
    return this;
  }

  get ready(): boolean {
    return this.watch.ready;
  }
}

describe('it becomes ready', () => {
  test('a reencoding becomes ready after frames have gone out for a moment', () => {
    const sidecar = new Sidecar().run(100);
    expect(sidecar.ready).toBe(false);
    expect(sidecar.run(100).ready).toBe(true);
  });

  test('a reencoding never becomes ready while nothing goes out on layers that are watched', () => {
    expect(new Sidecar().run(2_000, { framesIn: 0, framesOut: 0 }).ready).toBe(false);
    expect(new Sidecar().run(2_000, { framesOut: 0 }).ready).toBe(false);
  });

  test('a reencoding becomes ready by its incoming frames while nobody watches', () => {
    const unwatched = { ...FLOWING, anyLayerActive: false };
    expect(new Sidecar(unwatched).run(300, { framesOut: 0 }).ready).toBe(true);
    expect(new Sidecar(unwatched).run(300, { framesIn: 0, framesOut: 0 }).ready).toBe(false);
  });

  test('a reencoding becomes ready by its pulses alone, while the track is muted', () => {
    const muted = { ...FLOWING, inputPaused: true };
    expect(new Sidecar(muted).run(300, { framesIn: 0, framesOut: 0 }).ready).toBe(true);
  });
});

describe('it is ready no more', () => {
  test('a reencoding is no longer ready after 200 ms without a pulse', () => {
    const sidecar = new Sidecar().run(500);
    expect(sidecar.run(200, { pulses: false }).ready).toBe(true);
    expect(sidecar.run(50, { pulses: false }).ready).toBe(false);
  });

  test('a reencoding is no longer ready when five frames came in and none went out for 250 ms', () => {
    const sidecar = new Sidecar().run(500);
    expect(sidecar.run(200, { framesOut: 0 }).ready).toBe(true);
    expect(sidecar.run(50, { framesOut: 0 }).ready).toBe(false);
  });

  test('a reencoding stays ready while its publisher sends nothing', () => {
    expect(new Sidecar().run(500).run(5_000, { framesIn: 0, framesOut: 0 }).ready).toBe(true);
  });

  test('a reencoding has time to answer when somebody begins to watch', () => {
    const sidecar = new Sidecar({ ...FLOWING, anyLayerActive: false }).run(5_000, { framesOut: 0 });
    sidecar.watch.expect(sidecar.now, FLOWING);
    expect(sidecar.run(200, { framesOut: 0 }).ready).toBe(true);
    expect(sidecar.run(500).ready).toBe(true);
  });

  test('a reencoding is not ready while media do not get through', () => {
    const sidecar = new Sidecar().run(500);
    sidecar.watch.setPath(sidecar.now, false);
    expect(sidecar.run(50).ready).toBe(false);
    expect(sidecar.run(1_000).ready).toBe(false);
    expect(sidecar.watch.lostForMs(sidecar.now)).toBe(1_050);
    sidecar.watch.setPath(sidecar.now, true);
    expect(sidecar.run(400).ready).toBe(true);
  });
});

test('a sidecar that fails soon after its return waits twice as long each time, until ten steady seconds', () => {
  const sidecar = new Sidecar().run(500);
  const waits: number[] = [];
  for (let failure = 0; failure < 6; failure += 1) {
    sidecar.run(300, { pulses: false });
    const from = sidecar.now;
    while (!sidecar.ready) sidecar.run(50);
    waits.push(sidecar.now - from - 50);
  }
  expect(waits).toEqual([300, 600, 1_200, 2_400, 4_800, 4_800]);
  sidecar.run(10_000).run(300, { pulses: false });
  expect(sidecar.run(350).ready).toBe(true);
});

test('a reencoding is ready again after 300 ms without a fault', () => {
  const sidecar = new Sidecar().run(500).run(1_000, { pulses: false });
  expect(sidecar.run(300).ready).toBe(false);
  expect(sidecar.run(50).ready).toBe(true);
  expect(sidecar.run(250, { pulses: false }).run(100).run(250, { pulses: false }).run(300).ready).toBe(false);
});
