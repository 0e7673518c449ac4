import { setTimeout as sleep } from 'node:timers/promises';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { ReencodingJob } from '../../../core/reencoding/messages.ts';
import type { ReencodingPort, ReencodingQueue } from '../../../core/reencoding/ports.ts';
import { joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { FakeSidecar } from './FakeSidecar.ts';
import { TestPeer } from './TestPeer.ts';
import { TestRoom } from './TestRoom.ts';

/** Cameras in these tests take a picture every 67 ms. */
const LOOK_EVERY_MS = 25;

/** A queue that a test can inspect. */
export class JobList implements ReencodingQueue {
  readonly jobs = new Map<string, ReencodingJob>();
  readonly added: ReencodingJob[] = [];
  /** If true, it cannot be reached. */
  away = false;
  /** Jobs that somebody tried to add while it was away. */
  refused = 0;

  async add(job: ReencodingJob): Promise<void> {
    if (this.away) {
      this.refused += 1;
      throw new Error('the queue is away');
    }
    this.added.push(job);
    this.jobs.set(job.jobId, job);
  }

  async remove(jobId: string): Promise<void> {
    if (this.away) throw new Error('the queue is away');
    this.jobs.delete(jobId);
  }

  /** The one job that waits for this room. */
  async next(roomId: string): Promise<string> {
    const waiting = (): ReencodingJob[] => [...this.jobs.values()].filter((job) => job.roomId === roomId);
    await waitUntil(() => waiting().length === 1 || `${waiting().length} jobs wait, not one`);
    return waiting()[0]?.jobId ?? '';
  }
}

export function deskOf(plane: MediaPlane): ReencodingPort {
  if (!plane.reencoding) throw new Error('nothing is reencoded on this plane');
  return plane.reencoding;
}

/**
 * The pictures of a viewer's decoder: how many frames of the source and of reencoded producers it had shown at a time.
 */
interface Sample {
  readonly at: number;
  /** Pictures that cameras of the room had taken. */
  readonly taken: number;
  readonly source: number;
  readonly reencoded: number;
}

/** Watches a viewer's picture while something happens. */
export class PictureWatch {
  readonly #samples: Sample[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(room: ReencodedRoom, viewer: TestPeer) {
    this.#running = this.#sample(room, viewer);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The longest time without a new frame, from whatever producer. */
  longestGapMs(): number {
    let gap = 0;
    let last = this.#samples[0];
    for (const sample of this.#samples) {
      if (!last || sample.source + sample.reencoded <= last.source + last.reencoded) continue;
      gap = Math.max(gap, sample.at - last.at);
      last = sample;
    }
    return gap;
  }

  /** The most pictures taken one after another without a new one being shown, from whatever producer. */
  picturesMissed(): number {
    let missed = 0;
    let last = this.#samples[0];
    for (const sample of this.#samples) {
      const shown = last ? sample.source + sample.reencoded - last.source - last.reencoded : 0;
      if (!last || shown <= 0) continue;
      missed = Math.max(missed, sample.taken - last.taken - shown);
      last = sample;
    }
    return missed;
  }

  /** Waits for frames of this kind that are newer than the call. */
  async shows(kind: 'source' | 'reencoded'): Promise<void> {
    const before = this.#samples.at(-1)?.[kind] ?? 0;
    await waitUntil(() => (this.#samples.at(-1)?.[kind] ?? 0) > before + 2 || `nothing comes from the ${kind}`);
  }

  /** Returns when the first new frame of this kind came after `since`; null if none has. */
  firstFrameAfter(since: number, kind: 'source' | 'reencoded'): number | null {
    const before = this.#samples.findLast(({ at }) => at <= since)?.[kind] ?? 0;
    return this.#samples.find((sample) => sample.at > since && sample[kind] > before)?.at ?? null;
  }

  async #sample(room: ReencodedRoom, viewer: TestPeer): Promise<void> {
    const last = new Map<string, number>();
    const total = { source: 0, reencoded: 0 };
    while (!this.#stop.signal.aborted) {
      await Promise.all(
        [...viewer.carriers].map(async ([producerId, consumer]) => {
          const { id } = consumer;
          const { framesDecoded } = await viewer.receivedBy(consumer);
          total[room.sourceIds.has(producerId) ? 'source' : 'reencoded'] += framesDecoded - (last.get(id) ?? 0);
          last.set(id, framesDecoded);
        }),
      );
      const taken = room.peers.reduce((sum, { pictures }) => sum + pictures, 0);
      this.#samples.push({ at: Date.now(), taken, ...total });
      await sleep(LOOK_EVERY_MS);
    }
  }
}

export interface Served {
  readonly ann: TestPeer;
  readonly bob: TestPeer;
  readonly sidecar: FakeSidecar;
}

/** A room whose policy is to reencode, with a real publisher and real viewers. */
export class ReencodedRoom {
  readonly roomId: string;
  readonly room: TestRoom;
  readonly peers: TestPeer[] = [];
  readonly sidecars: FakeSidecar[] = [];
  readonly sourceIds = new Set<string>();
  readonly #plane: MediaPlane;
  readonly #recording: readonly (readonly Buffer[])[];
  #sessions = 0;

  constructor(plane: MediaPlane, recording: readonly (readonly Buffer[])[], roomId: string) {
    this.#plane = plane;
    this.#recording = recording;
    this.roomId = roomId;
    this.room = new TestRoom(plane, roomId);
    this.room.record({ type: 'ReencodingPolicyChanged', policy: { mode: 'on' } });
  }

  async join(id: string): Promise<TestPeer> {
    this.#sessions += 1;
    this.room.record(joined(id, this.#sessions));
    const peer = await TestPeer.join(this.#plane, this.room, id, this.#sessions);
    this.peers.push(peer);
    return peer;
  }

  async publish(peer: TestPeer): Promise<void> {
    this.room.record(published(peer.id, 'cam', 'camera'));
    const { id } = await peer.publishVideo('cam');
    this.sourceIds.add(id);
  }

  async openSidecar(sidecarId = 'sidecar'): Promise<FakeSidecar> {
    const sidecar = await FakeSidecar.open(deskOf(this.#plane), this.#recording, sidecarId);
    this.sidecars.push(sidecar);
    return sidecar;
  }

  /** Ann publishes, bob watches, and a sidecar serves him. */
  async serve(queue: JobList): Promise<Served> {
    const ann = await this.join('ann');
    const bob = await this.join('bob');
    await this.publish(ann);
    await this.sees(bob, 'source');
    const sidecar = await this.openSidecar();
    await sidecar.attach(await queue.next(this.roomId));
    await this.served('bob');
    await this.sees(bob, 'reencoded');
    return { ann, bob, sidecar };
  }

  /** Returns the producers of the camera that this viewer receives now, by their origin. */
  pathsTo(viewerId: string): string[] {
    const mine = this.room.media.inventory().consumers.filter((consumer) => consumer.viewerId === viewerId);
    return mine.filter(({ paused }) => !paused).map(({ path }) => path);
  }

  async served(...viewerIds: readonly string[]): Promise<void> {
    for (const viewerId of viewerIds) {
      await waitUntil(() => this.pathsTo(viewerId).join() === 'reencoded' || `${viewerId}: ${this.pathsTo(viewerId)}`);
    }
  }

  async sees(viewer: TestPeer, path: 'source' | 'reencoded'): Promise<void> {
    const frames = async (): Promise<number> => {
      const ids = [...viewer.carriers.keys()].filter((id) => this.sourceIds.has(id) === (path === 'source'));
      const received = await Promise.all(ids.map((id) => viewer.receivedFrom(id)));
      return received.reduce((sum, { framesDecoded }) => sum + framesDecoded, 0);
    };
    const before = await frames();
    await waitUntil(async () => (await frames()) > before + 2 || `${viewer.id} sees nothing from ${path}`);
  }

  async close(): Promise<void> {
    for (const sidecar of this.sidecars.splice(0)) sidecar.close();
    for (const peer of this.peers.splice(0)) peer.close();
    await this.room.media.close();
  }
}
