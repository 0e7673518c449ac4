import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Participant as ParticipantRecord } from '../../core/room/state.ts';
import type { RequestBody, RequestName, ResponseBody } from '../../signaling/protocol/requests.ts';
import { aParticipant, aTrack } from '../../test/support/people.ts';
import { waitUntil } from '../../test/support/waitUntil.ts';
import { CommandQueue } from '../connection/CommandQueue.ts';
import { ConnectError, RequestRefused } from '../errors.ts';
import type { LocalTrack } from '../media/LocalTrack.ts';
import { LocalParticipant } from './LocalParticipant.ts';

class DeviceTrack extends EventTarget {
  enabled = true;
  muted = false;
  readyState = 'live';
  readonly kind = 'audio';
  readonly label = '';
  readonly #settings: MediaTrackSettings;

  constructor(settings: MediaTrackSettings = {}) {
    super();
    this.#settings = settings;
  }

  interrupt(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): MediaTrackSettings {
    return this.#settings;
  }
}

/** A phone: two cameras, of which one is open at a time. */
class Phone {
  broken: readonly string[] = [];
  readonly asked: string[] = [];
  #open: DeviceTrack | undefined;

  /** Returns the side of the camera that is open. */
  get open(): string | undefined {
    return this.#open?.readyState === 'live' ? this.#open.getSettings().facingMode : undefined;
  }

  readonly getUserMedia = async ({ video }: MediaStreamConstraints = {}): Promise<MediaStream> => {
    const side = /user|environment/u.exec(JSON.stringify(video))?.[0] ?? 'user';
    this.asked.push(side);
    if (this.open !== undefined || this.broken.includes(side)) throw new DOMException('in use', 'NotReadableError');
    const track = new DeviceTrack({ deviceId: `camera-${side}`, facingMode: side });
    this.#open = track;
    // The only method of a stream that is used.
    return { getVideoTracks: () => [track] } as unknown as MediaStream;
  };
}

/** A participant in a room whose answers, and their timing, the test decides. */
class World {
  readonly asked: { name: RequestName; body: Record<string, unknown>; answer(error?: Error): void }[] = [];
  readonly produced: LocalTrack[] = [];
  readonly device = new DeviceTrack();
  view: ParticipantRecord = aParticipant('me');
  readonly me: LocalParticipant;
  readonly phone = new Phone();
  readonly lost: (string | undefined)[] = [];
  #ids = 0;

  constructor(view = aParticipant('me')) {
    this.view = view;
    const { getUserMedia } = this.phone;
    const newId = (): string => `id-${++this.#ids}`;
    const commands = new CommandQueue(newId);
    commands.attach({
      request: <N extends RequestName>(name: N, body: RequestBody<N>): Promise<ResponseBody<N>> =>
        new Promise((resolve, reject) => {
          const answer = (error?: Error): void => (error ? reject(error) : resolve({} as ResponseBody<N>));
          this.asked.push({ name, body, answer });
        }),
    });
    this.me = new LocalParticipant(view, {
      commands,
      media: { addLocal: (track) => void this.produced.push(track), removeLocal: () => undefined },
      devices: { getUserMedia, getDisplayMedia: getUserMedia },
      emit: (event, ...[, error]) => {
        if (event === 'deviceLost') this.lost.push(error instanceof Error ? error.message : undefined);
      },
      newId,
    });
    // It would go on asking while another test holds the clock.
    onTestFinished(() => {
      this.me.close();
      commands.abandon(new ConnectError('CANCELLED', 'the test is over'));
    });
  }

  publish(muted = false): Promise<LocalTrack> {
    // The parts of a MediaStreamTrack that are used without a browser.
    const track = this.device as unknown as MediaStreamTrack;
    return this.me.publishTrack(track, { source: 'microphone', muted });
  }

  /** Puts the track into the record, muted or not. */
  record(muted: boolean, interrupted = false): void {
    const trackId = this.me.track('microphone')?.trackId ?? 'microphone-1';
    this.view = aParticipant('me', {
      tracks: new Map([[trackId, aTrack({ id: trackId, source: 'microphone', kind: 'audio', muted, interrupted })]]),
    });
    this.me.update(this.view);
  }

  /** The room agrees with all that is asked of it. */
  async cameraOn(): Promise<LocalTrack> {
    const turningOn = this.me.setCameraEnabled(true);
    await waitUntil(() => this.asked.length > 0 || 'the camera is not published');
    this.asked.at(-1)?.answer();
    await turningOn;
    const track = this.me.track('camera');
    if (track === undefined) throw new Error('no camera');
    this.recordCamera(track, false);
    return track;
  }

  recordCamera({ trackId: id }: LocalTrack, muted: boolean): void {
    const tracks = new Map([[id, aTrack({ id, source: 'camera', kind: 'video', muted })]]);
    this.me.update(aParticipant('me', { tracks }));
  }

  async published(muted = false): Promise<LocalTrack> {
    const publishing = this.publish(muted);
    this.asked.at(-1)?.answer();
    const track = await publishing;
    this.record(muted);
    return track;
  }

  last(): { name: RequestName; muted: unknown } | undefined {
    const last = this.asked.at(-1);
    return last && { name: last.name, muted: last.body.muted };
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('LocalParticipant', () => {
  it('media is produced only once the record has the track', async () => {
    const world = new World();
    const publishing = world.publish();
    await settled();
    expect(world.produced).toEqual([]);
    world.asked[0]?.answer();
    expect(world.produced).toEqual([]);
    const track = await publishing;
    expect(world.produced).toEqual([track]);
  });

  it('[M2] a mute silences the track at once, whether or not it reaches the room', async () => {
    const world = new World();
    const track = await world.published();
    expect(world.device.enabled).toBe(true);
    const muting = world.me.mute('microphone');
    expect(world.device.enabled).toBe(false);
    world.asked.at(-1)?.answer(new RequestRefused('JOURNAL_UNAVAILABLE', 'later'));
    await muting;
    expect(track.sending).toBe(false);
    expect(world.device.enabled).toBe(false);
  });

  it('[M2] an unmute is heard only once the room has it', async () => {
    const world = new World();
    const track = await world.published(true);
    const unmuting = world.me.unmute('microphone');
    await settled();
    expect(world.device.enabled).toBe(false);
    world.record(false);
    world.asked.at(-1)?.answer();
    await unmuting;
    expect(track.sending).toBe(true);
    expect(world.device.enabled).toBe(true);
  });

  it('[M2] a refused unmute stays silent', async () => {
    const world = new World();
    await world.published(true);
    const unmuting = world.me.unmute('microphone');
    await settled();
    world.asked.at(-1)?.answer(new RequestRefused('FORBIDDEN', 'no'));
    await expect(unmuting).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(world.device.enabled).toBe(false);
  });

  it("[M2] a host's mute that overtakes an unmute wins", async () => {
    const world = new World();
    await world.published(true);
    const unmuting = world.me.unmute('microphone');
    await settled();
    const unmute = world.asked.at(-1);
    world.record(false);
    world.record(true);
    unmute?.answer();
    await unmuting;
    expect(world.device.enabled).toBe(false);
  });

  it('a quick mute and unmute end unmuted', async () => {
    const world = new World();
    await world.published();
    const muting = world.me.mute('microphone');
    const unmuting = world.me.unmute('microphone');
    await settled();
    const [, mute, unmute] = world.asked;
    world.record(true);
    world.record(false);
    mute?.answer();
    unmute?.answer();
    await Promise.all([muting, unmuting]);
    expect(world.device.enabled).toBe(true);
    expect(world.asked).toHaveLength(3);
  });

  it('[M2] a quick unmute and mute end muted', async () => {
    const world = new World();
    await world.published(true);
    const unmuting = world.me.unmute('microphone');
    await settled();
    const muting = world.me.mute('microphone');
    const [, unmute, mute] = world.asked;
    world.record(false);
    unmute?.answer();
    await unmuting;
    expect(world.device.enabled).toBe(false);
    world.record(true);
    mute?.answer();
    await muting;
    expect(world.device.enabled).toBe(false);
  });

  it("[M2] a host's mute silences the track at once", async () => {
    const world = new World();
    await world.published();
    world.record(true);
    expect(world.device.enabled).toBe(false);
  });

  it('[M2] a mute that the record forgot is sent again, and nothing is heard meanwhile', async () => {
    const world = new World();
    await world.published(true);
    world.record(false);
    expect(world.device.enabled).toBe(false);
    expect(world.last()).toEqual({ name: 'setTrackMuted', muted: true });
  });

  it('[M2] a mute while publishing is under way is sent once the track is published', async () => {
    const world = new World();
    const publishing = world.publish();
    const muting = world.me.mute('microphone');
    expect(world.device.enabled).toBe(false);
    for (const { answer } of world.asked) answer();
    await Promise.all([publishing, muting]);
    world.record(false);
    expect(world.device.enabled).toBe(false);
    expect(world.last()).toEqual({ name: 'setTrackMuted', muted: true });
  });

  it('[M2] after a reload the published track goes on, muted if it was', async () => {
    const view = aParticipant('me', {
      tracks: new Map([['kept', aTrack({ id: 'kept', source: 'microphone', kind: 'audio', muted: true })]]),
    });
    const world = new World(view);
    const track = await world.publish();
    expect(track.trackId).toBe('kept');
    expect(world.device.enabled).toBe(false);
    expect(world.asked).toEqual([]);
    expect(world.produced).toEqual([track]);
  });

  it('a participant who had to join again publishes the same tracks again', async () => {
    const world = new World();
    const track = await world.published(true);
    world.me.rejoined(aParticipant('me'));
    expect(world.asked.at(-1)).toMatchObject({ name: 'publish', body: { trackId: track.trackId, muted: true } });
  });

  it('a track that a host took out is not published again', async () => {
    const world = new World();
    await world.published();
    world.me.update(aParticipant('me'));
    expect(world.me.track('microphone')).toBeUndefined();
    expect(world.last()?.name).toBe('publish');
  });

  it('a device that gives nothing is told to the room, once, and so is its return', async () => {
    const world = new World();
    await world.published();
    const told = () => world.asked.filter(({ name }) => name === 'setTrackInterrupted');
    world.device.interrupt(true);
    await waitUntil(() => told().length === 1 || 'nothing was told');
    expect(told()[0]?.body).toMatchObject({ trackId: world.me.track('microphone')?.trackId, interrupted: true });
    // It comes back before the room has answered.
    world.device.interrupt(false);
    world.record(false, true);
    expect(told()).toHaveLength(1);
    told()[0]?.answer();
    await waitUntil(() => told().length === 2 || 'its return was not told');
    expect(told()[1]?.body).toMatchObject({ interrupted: false });
    world.record(false, false);
    told()[1]?.answer();
    await settled();
    expect(told()).toHaveLength(2);
  });

  it('a muted device that gives nothing is nothing to tell, and an interruption in the record ends with a new device', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const world = new World();
    await world.published(true);
    world.device.interrupt(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.last()?.name).toBe('publish');
    world.device.interrupt(false);
    world.record(true, true);
    expect(world.asked.at(-1)).toMatchObject({ name: 'setTrackInterrupted', body: { interrupted: false } });
  });

  it('servers that do not know interruptions are told once', async () => {
    const world = new World();
    await world.published();
    world.device.interrupt(true);
    await waitUntil(() => world.last()?.name === 'setTrackInterrupted' || 'nothing was told');
    world.asked.at(-1)?.answer(new RequestRefused('INVALID', 'There is no such request.'));
    await settled();
    const before = world.asked.length;
    world.record(false);
    await settled();
    expect(world.asked).toHaveLength(before);
  });

  it('a camera is muted if neither the other one opens nor this one again, and opens at the next unmute', async () => {
    const world = new World();
    const camera = await world.cameraOn();
    world.phone.broken = ['user', 'environment'];
    await expect(world.me.flipCamera()).rejects.toMatchObject({ name: 'NotReadableError' });
    expect([camera.sending, world.lost]).toEqual([false, ['No camera could be opened.']]);
    expect(world.last()).toEqual({ name: 'setTrackMuted', muted: true });
    world.recordCamera(camera, true);
    world.asked.at(-1)?.answer();

    world.phone.broken = [];
    const unmuting = world.me.unmute('camera');
    await waitUntil(() => world.last()?.muted === false || 'the unmute was not told');
    world.recordCamera(camera, false);
    world.asked.at(-1)?.answer();
    await unmuting;
    expect([camera.sending, world.phone.open]).toEqual([true, 'user']);
  });

  it('a camera that is flipped twice looks where it looked before, whether it is on or off meanwhile', async () => {
    const world = new World();
    const camera = await world.cameraOn();
    await expect(Promise.all([world.me.flipCamera(), world.me.flipCamera()])).resolves.toEqual(['environment', 'user']);
    expect(world.phone.open).toBe('user');

    void world.me.mute('camera');
    world.recordCamera(camera, true);
    world.asked.at(-1)?.answer();
    await expect(world.me.flipCamera()).resolves.toBe('environment');
    await expect(world.me.flipCamera()).resolves.toBe('user');
    expect(world.phone.open).toBeUndefined();
    const unmuting = world.me.unmute('camera');
    await waitUntil(() => world.last()?.muted === false || 'the unmute was not told');
    expect(world.phone.open).toBe('user');
    world.recordCamera(camera, false);
    world.asked.at(-1)?.answer();
    await unmuting;
  });
});
