import { describe, expect, it } from 'vitest';
import { LocalDevices } from './LocalDevices.ts';

/** Devices by id, and the constraints they were asked for. */
class Shelf {
  readonly asked: MediaStreamConstraints[] = [];
  readonly devices: LocalDevices;
  there = ['front', 'back'];

  constructor() {
    const getUserMedia = async (constraints: MediaStreamConstraints = {}): Promise<MediaStream> => {
      this.asked.push(constraints);
      const wanted = JSON.stringify(constraints).match(/"exact":"(\w+)"/)?.[1];
      if (wanted !== undefined && !this.there.includes(wanted)) throw new DOMException('gone', 'OverconstrainedError');
      // The only method of a stream that is used.
      return { getVideoTracks: () => [{ id: wanted ?? 'default' }] } as unknown as MediaStream;
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

  it('opening a device fails with NotFoundError in a browser without devices', async () => {
    await expect(new LocalDevices(undefined).open('camera', {})).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});
