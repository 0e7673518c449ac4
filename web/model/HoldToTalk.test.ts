import { expect, it } from 'vitest';
import { HoldToTalk } from './HoldToTalk.ts';

function microphone(muted: boolean) {
  const asked: boolean[] = [];
  let isMuted = muted;
  let open: () => void = () => undefined;
  const hold = new HoldToTalk({
    isMuted: () => isMuted,
    setMicrophone: async (on) => {
      asked.push(on);
      if (on) await new Promise<void>((resolve) => (open = resolve));
      isMuted = !on;
    },
  });
  const opened = async () => {
    open();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { hold, asked, opened, isMuted: () => isMuted };
}

it('a muted microphone is open while the key is held', async () => {
  const { hold, opened, isMuted } = microphone(true);
  expect([hold.press(), hold.press()]).toEqual([true, true]);
  await opened();
  expect(isMuted()).toBe(false);
  hold.release();
  expect(isMuted()).toBe(true);
});

it('a key that is let go before the microphone is open leaves it closed', async () => {
  const { hold, asked, opened, isMuted } = microphone(true);
  hold.press();
  hold.release();
  await opened();
  expect(isMuted()).toBe(true);
  expect(asked).toEqual([true, false, false]);
});

it('an open microphone is left alone', () => {
  const { hold, asked } = microphone(false);
  expect(hold.press()).toBe(false);
  hold.release();
  expect(asked).toEqual([]);
});
