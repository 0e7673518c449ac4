import { expect, it } from 'vitest';
import { newDevices } from './newDevices.ts';

const device = (deviceId: string, groupId: string, label: string) => ({ deviceId, groupId, label });
const laptop = [
  device('default', 'a', 'Default - Built-in'),
  device('m1', 'a', 'Built-in'),
  device('c1', 'b', 'Webcam'),
];

it('a headset that is plugged in is named once, though it listens and speaks', () => {
  const headset = [device('m2', 'h', 'Headset'), device('s2', 'h', 'Headset')];
  expect(newDevices(laptop, [...laptop, ...headset])).toEqual(['Headset']);
});

it('devices that go, and the first list that has names, tell nothing', () => {
  expect(newDevices(laptop, laptop.slice(0, 2))).toEqual([]);
  expect(newDevices([], laptop)).toEqual([]);
  expect(newDevices(laptop, [device('default', 'z', 'Default - Other'), ...laptop.slice(1)])).toEqual([]);
});
