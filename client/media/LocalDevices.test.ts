import { describe, expect, it } from 'vitest';
import { LocalDevices } from './LocalDevices.ts';

/** Devices by id, and the constraints they were asked for. */
class Shelf {
  readonly asked: MediaStreamConstraints[] = [];
  readonly devices: LocalDevices;
  there = ['front', 'back'];
  sides = ['user', 'environment'];
  oneAtATime = false;
  open = 0;

  constructor() {
    const getUserMedia = async (constraints: MediaStreamConstraints = {}): Promise<MediaStream> => {
      this.asked.push(constraints);
      if (this.open > 0 && this.oneAtATime) throw new DOMException('in use', 'NotReadableError');
      const { video } = constraints;
      const side =
        typeof video === 'object' ? JSON.stringify(video.facingMode)?.match(/"exact":"(\w+)"/)?.[1] : undefined;
      if (side !== undefined && !this.sides.includes(side))
        throw new DOMException('no such side', 'OverconstrainedError');
      const wanted = side ?? JSON.stringify(constraints).match(/"exact":"(\w+)"/)?.[1];
      if (side === undefined && wanted !== undefined && !this.there.includes(wanted))
        throw new DOMException('gone', 'OverconstrainedError');
      // The only method of a stream that is used.
      this.open += 1;
      const stop = () => {
        this.open -= 1;
      };
      const track = { id: wanted ?? 'default', stop, getSettings: () => ({ deviceId: wanted }) };
      return { getVideoTracks: () => [track] } as unknown as MediaStream;
    };
    this.devices = new LocalDevices({ getUserMedia, getDisplayMedia: getUserMedia });
  }
}

describe('LocalDevices', () => {
  it('a camera is opened again as it was', async () => {
    const { asked, devices } = new Shelf();
    await devices.open('camera', { deviceId: 'back', height: 360 });
    await devices.reopen('camera', {});
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[1]).toMatchObject({ video: { deviceId: { exact: 'back' }, height: { ideal: 360 } } });
  });

  it('any other camera is taken if the last one is gone', async () => {
    const shelf = new Shelf();
    shelf.devices.remember('camera', { deviceId: 'back' });
    shelf.there = ['front'];
    await expect(shelf.devices.reopen('camera', {})).resolves.toMatchObject([{ track: { id: 'default' } }]);
  });

  it('opening a named device fails if it is gone', async () => {
    const shelf = new Shelf();
    shelf.there = ['front'];
    await expect(shelf.devices.reopen('camera', { deviceId: 'back' })).rejects.toMatchObject({
      name: 'OverconstrainedError',
    });
  });

  it('a device that did not open is not the one that is opened next', async () => {
    const shelf = new Shelf();
    await shelf.devices.open('camera', { deviceId: 'front' });
    await expect(shelf.devices.reopen('camera', { deviceId: 'broken' })).rejects.toThrow('gone');
    await expect(shelf.devices.open('camera', { deviceId: 'broken' })).rejects.toThrow('gone');
    await expect(shelf.devices.reopen('camera', {})).resolves.toMatchObject([{ track: { id: 'front' } }]);
  });

  it('opening a device fails with NotFoundError in a browser without devices', async () => {
    await expect(new LocalDevices(undefined).open('camera', {})).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('a camera is exchanged where only one may be open, and the one before goes on when the other fails', async () => {
    const shelf = new Shelf();
    shelf.oneAtATime = true;
    const [front] = await shelf.devices.open('camera', { deviceId: 'front', height: 360 });
    if (!front) throw new Error('no camera');
    const { captured, problem } = await shelf.devices.exchange({ facing: 'environment' }, front.track);
    expect([captured?.track.id, problem, shelf.open]).toEqual(['environment', null, 1]);
    expect(shelf.asked.at(-1)).toMatchObject({ video: { height: { ideal: 360 } } });
    captured?.track.stop();
    await shelf.devices.reopen('camera', {});
    expect(shelf.asked.at(-1)).toMatchObject({ video: { facingMode: { exact: 'environment' } } });

    const other = new Shelf();
    other.sides = ['user'];
    const [only] = await other.devices.open('camera', { deviceId: 'front' });
    if (!only) throw new Error('no camera');
    const back = await other.devices.exchange({ facing: 'environment' }, only.track);
    expect([back.captured?.track.id, back.problem]).toMatchObject(['front', { name: 'OverconstrainedError' }]);
    expect(other.open).toBe(1);
  });
});
