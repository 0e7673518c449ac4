import { expect, it } from 'vitest';
import type { DeviceLists } from '../media/useDevices.ts';
import { newDevices } from './newDevices.ts';

const device = (deviceId: string, groupId: string, label: string) => ({ deviceId, groupId, label });
const microphone = device('m1', 'a', 'Built-in');
const camera = device('c1', 'b', 'Webcam');
const speaker = device('s1', 'a', 'Built-in');
const laptop: DeviceLists = {
  microphones: [device('default', 'a', 'Default - Built-in'), microphone],
  cameras: [camera],
  speakers: [speaker],
  hidden: [],
};

it('a headset that is plugged in is named once, though it listens and speaks', () => {
  const after = {
    ...laptop,
    microphones: [...laptop.microphones, device('m2', 'h', 'Headset')],
    speakers: [speaker, device('s2', 'h', 'Headset')],
  };
  expect(newDevices(laptop, after)).toEqual(['Headset']);
});

it('devices that go, and another one that the system uses by default, tell nothing', () => {
  expect(newDevices(laptop, { ...laptop, cameras: [] })).toEqual([]);
  expect(newDevices(laptop, { ...laptop, microphones: [device('default', 'z', 'Default - Other')] })).toEqual([]);
});

it('devices that the browser names only now, of every kind or of one, are not new', () => {
  const nothing: DeviceLists = { microphones: [], cameras: [], speakers: [], hidden: [] };
  expect(newDevices({ ...nothing, hidden: ['microphones', 'cameras', 'speakers'] }, laptop)).toEqual([]);
  expect(newDevices({ ...laptop, cameras: [], hidden: ['cameras'] }, laptop)).toEqual([]);
  expect(newDevices({ ...nothing, cameras: [camera], hidden: ['microphones'] }, laptop)).toEqual([]);
});

it('the first camera of a computer that had none is new', () => {
  expect(newDevices({ ...laptop, cameras: [] }, laptop)).toEqual(['Webcam']);
});
