import { expect, test } from 'vitest';
import { ownDeviceId } from './deviceId.ts';
import { MemoryStorage } from './storage.ts';

test('a browser keeps its device id, and outside browsers there is none', () => {
  const storage = new MemoryStorage();
  let count = 0;
  const newId = () => {
    count += 1;
    return `random-id-number-${count}`;
  };
  const first = ownDeviceId(newId, storage);
  expect(first).toBe('random-id-number-1');
  expect(ownDeviceId(newId, storage)).toBe(first);
  storage.setItem('everroom:device', 'short');
  expect(ownDeviceId(newId, storage)).toBe('random-id-number-2');
  expect(ownDeviceId(newId)).toBeUndefined();
});
