import { expect, it } from 'vitest';
import { canSetVolume } from './canSetVolume.ts';

it('a volume that stays can be set', async () => {
  await expect(canSetVolume({ volume: 1 })).resolves.toBe(true);
});

it('a volume that is ignored, or taken back a task later, cannot be set', async () => {
  const ignoring = {
    get volume() {
      return 1;
    },
    set volume(_) {},
  };
  await expect(canSetVolume(ignoring)).resolves.toBe(false);

  const takingBack = {
    now: 1,
    get volume() {
      return this.now;
    },
    set volume(volume) {
      this.now = volume;
      setTimeout(() => {
        this.now = 1;
      });
    },
  };
  await expect(canSetVolume(takingBack)).resolves.toBe(false);
});
