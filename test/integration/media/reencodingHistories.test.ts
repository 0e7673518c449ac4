import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from 'mediasoup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { AttachAnswer } from '../../../core/reencoding/messages.ts';
import type { SidecarChannel } from '../../../core/reencoding/ports.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { fc } from '../../support/fastCheck.ts';
import { joined, published } from '../../support/room.ts';
import { seeded } from '../../support/seed.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { deskOf, JobList } from './ReencodedRoom.ts';
import { SilentPeer } from './SilentPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';
import { heldByWorkers, onNewProducer, workerPids } from './workers.ts';

/** A client that failed tries again after this. */
const TRY_AGAIN_MS = 1;
/** A sidecar pulses, and a publisher comes back, this often until the track is served. */
const PULSE_EVERY_MS = 20;
/** A random step: the workers have finished only some of their requests by then. */
const WORKERS_ANSWER_MS = 5;

const STEPS = [
  ...['attach', 'attach', 'attach', 'lost', 'detach', 'handOver', 'pulses', 'pulses', 'mute', 'unmute'],
  ...['produce', 'wish', 'unwish', 'join', 'leave', 'turn', 'wait', 'kill'],
] as const;
type Step = (typeof STEPS)[number];

const queue = new JobList();
const producers: types.Producer[] = [];
let plane: MediaPlane;

beforeAll(async () => {
  onNewProducer((producer) => producers.push(producer));
  plane = await openTestPlane({ reencoding: { queue, nodeUrl: 'http://127.0.0.1:1' } });
});
afterAll(async () => {
  await plane.close();
});

/** A sidecar that exists only as a channel. */
interface Channel {
  readonly link: SidecarChannel;
  readonly jobId: string;
  readonly attached: Promise<AttachAnswer>;
  /** The sidecar knows that its work is over: it said so itself, or was told. */
  over: boolean;
}

/** A room with one camera, and whatever may happen around it. */
class History {
  readonly room: TestRoom;
  readonly channels: Channel[] = [];
  muted = false;
  readonly #roomId: string;
  #attempts = 0;
  #frames = 0;
  #sessions = 1;
  #ann: SilentPeer | null = null;
  #viewer: string | null = null;

  constructor(roomId: string) {
    this.#roomId = roomId;
    this.room = new TestRoom(plane, roomId);
    this.room.record(
      { type: 'ReencodingPolicyChanged', policy: { mode: 'on' } },
      joined('ann', 1),
      published('ann', 'cam', 'camera'),
    );
  }

  /** Ann's transports and producer, as a client restores them. */
  async publish(): Promise<void> {
    if (!this.#ann || this.room.lost.some(({ participantId }) => participantId === 'ann')) {
      this.room.lost.length = 0;
      this.#ann = await SilentPeer.join(plane, this.room, 'ann', 1);
    }
    await this.#ann.produce('cam', 'video');
  }

  async take(step: Step): Promise<void> {
    switch (step) {
      case 'attach':
        this.attach();
        return;
      case 'lost':
      case 'detach':
      case 'handOver':
        this.#end(step);
        return;
      case 'pulses':
        this.pulse();
        return;
      case 'mute':
      case 'unmute':
        this.#mute(step === 'mute');
        return;
      case 'produce':
        // The worker may die meanwhile: the client would try again.
        await this.publish().catch(() => sleep(TRY_AGAIN_MS));
        return;
      case 'wish':
      case 'unwish':
        this.room.record({ type: 'ReencodingPolicyChanged', policy: { mode: step === 'wish' ? 'on' : 'off' } });
        return;
      case 'join':
        await this.#join().catch(() => sleep(TRY_AGAIN_MS));
        return;
      case 'leave':
        if (this.#viewer) this.room.record(gone(this.#viewer));
        this.#viewer = null;
        return;
      case 'turn':
        await new Promise(setImmediate);
        return;
      case 'wait':
        await sleep(WORKERS_ANSWER_MS);
        return;
      case 'kill':
        // There is none while the last one is being replaced.
        for (const pid of plane.workerPids()) process.kill(pid, 'SIGKILL');
        return;
    }
  }

  /** The queue gives the job to some sidecar. */
  attach(): Channel | null {
    const jobId = this.jobs().at(-1);
    if (jobId === undefined) return null;
    this.#attempts += 1;
    const sidecarId = `sidecar-${this.#attempts}`;
    const link: SidecarChannel = {
      sidecarId,
      name: sidecarId,
      adapt() {},
      release: () => {
        channel.over = true;
      },
    };
    const attached = deskOf(plane).attach(link, {
      jobId,
      attempt: this.#attempts,
      address: '127.0.0.1',
      tapPort: 9,
      republishPort: 9,
      srtp: null,
      engine: 'libav',
      inputs: ['VP8'],
      outputs: ['VP8', 'H264'],
    });
    const channel: Channel = { link, jobId, attached, over: false };
    this.channels.push(channel);
    return channel;
  }

  pulse(): void {
    this.#frames += 1;
    for (const { link, jobId } of this.channels) {
      const framesOut = [this.#frames, this.#frames, this.#frames];
      deskOf(plane).pulse(link, { tracks: [{ jobId, framesIn: this.#frames, framesOut, highestLayer: 2 }] });
    }
  }

  jobs(): string[] {
    return [...queue.jobs.values()].filter(({ roomId }) => roomId === this.#roomId).map(({ jobId }) => jobId);
  }

  reencoded(): number {
    return this.room.media.inventory().producers.filter(({ path }) => path === 'reencoded').length;
  }

  #end(how: 'lost' | 'detach' | 'handOver'): void {
    const channel = this.channels.at(-1);
    if (!channel) return;
    channel.over ||= how !== 'handOver';
    if (how === 'lost') deskOf(plane).lost(channel.link);
    else deskOf(plane).detach(channel.link, { jobId: channel.jobId, reason: how, handOver: how === 'handOver' });
  }

  #mute(muted: boolean): void {
    if (this.muted === muted) return;
    this.muted = muted;
    const event: RoomEvent['type'] = muted ? 'TrackMuted' : 'TrackUnmuted';
    this.room.record({ type: event, participantId: 'ann', trackId: 'cam' });
  }

  async #join(): Promise<void> {
    if (this.#viewer) return;
    this.#sessions += 1;
    this.#viewer = `viewer-${this.#sessions}`;
    this.room.record(joined(this.#viewer, this.#sessions));
    await SilentPeer.join(plane, this.room, this.#viewer, this.#sessions);
  }
}

function gone(participantId: string): RoomEvent {
  return { type: 'ParticipantGone', participantId, departure: 'left', at: 0 };
}

let histories = 0;

async function run(steps: readonly Step[]): Promise<void> {
  histories += 1;
  const history = new History(`history-${histories}`);
  const firstProducer = producers.length;
  await history.publish();
  for (const step of steps) {
    await history.take(step);
    // [M2] A producer of the track is never open while the record says muted.
    const open = producers.slice(firstProducer).filter((producer) => !producer.closed && !producer.paused);
    if (history.muted) {
      await new Promise(setImmediate);
      await waitUntil(() => open.every((producer) => producer.closed || producer.paused) || 'open while muted');
    }
  }

  // After any history, a wish and a publisher are enough for service.
  for (const step of ['wish', 'unmute', 'wait'] as const) await history.take(step);
  await waitUntil(async () => {
    await history.publish().catch(() => sleep(PULSE_EVERY_MS));
    return history.room.media.inventory().producers.length > 0 || 'ann has no producer';
  });
  await waitUntil(() => history.jobs().length > 0 || 'no sidecar is sought');
  await waitUntil(async () => {
    const answer = await history.attach()?.attached;
    return answer?.type === 'attached' || 'nobody gets the job';
  });
  await waitUntil(async () => {
    // A machine that stands still for a moment makes a sidecar look lost: the job goes to the next one.
    if (history.channels.at(-1)?.over) await history.attach()?.attached;
    history.pulse();
    await sleep(PULSE_EVERY_MS);
    return history.room.media.reencodedTracks().length === 1 || 'the track is not served';
  });

  // Without the wish nothing remains.
  await history.take('unwish');
  await waitUntil(() => history.reencoded() === 0 || `${history.reencoded()} reencoded producers are left`);
  await waitUntil(() => history.jobs().length === 0 || `${history.jobs().length} jobs are left`);
  expect(history.room.media.reencodedTracks()).toEqual([]);
  await history.room.media.close();
  expect(plane.reencodingStats().tracks).toEqual([]);
  for (const { attached, over } of history.channels) {
    if ((await attached).type === 'attached') expect(over).toBe(true);
  }
}

test('a wish is served again after any history, and nothing remains without it', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { maxLength: 25 }), run), {
    ...seeded('histories of reencoding', 12),
    endOnFailure: true,
  });
  await waitUntil(async () => workerPids().length === 2 || 'a worker is missing');
  await waitUntil(async () => (await heldByWorkers()).routers === 0 || 'a worker still holds a router');
}, 240_000);
