import { MemoryStorage, Room, type Through } from '../../../client/index.ts';
import { openConnectionTest } from '../../lib/api.ts';
import type { Probe, StepResult } from './ConnectionTest.ts';
import { rehearseChange } from './rehearseChange.ts';
import { waitFor } from './waitFor.ts';

/** The participants of a test; `way` tries one way to the server after another. */
const PLACES = ['signaling', 'way', 'sender', 'receiver'] as const;

/** Longer than ICE takes in a slow network. */
const CONNECT_MS = 8_000;

/** Tests against the server that the page came from, in a room of the test's own. */
export class ServerProbe implements Probe {
  /** Shows the picture that goes through the server. */
  readonly #video: () => HTMLVideoElement | null;
  readonly #rooms = new Set<Room>();
  /** One for each of `PLACES`. */
  #tokens: readonly string[] = [];
  #relays: readonly string[] = [];

  constructor(video: () => HTMLVideoElement | null) {
    this.#video = video;
  }

  readonly signaling = async (): Promise<StepResult['found']> => {
    const startedAt = performance.now();
    this.#tokens = await openConnectionTest();
    const room = await this.#enter('signaling');
    const ms = Math.round(performance.now() - startedAt);
    await waitFor(() => room.path.nodeUrl !== undefined, CONNECT_MS, 'no session was opened');
    return { ms, server: room.path.nodeUrl ? new URL(room.path.nodeUrl).host : null };
  };

  readonly udp = () => this.#through('udp');
  readonly tcp = () => this.#through('tcp');
  readonly turn = () => (this.#relays.length === 0 ? Promise.resolve(null) : this.#through('relay'));

  readonly devices = async (): Promise<StepResult['found']> => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const nameOf = ([track]: readonly MediaStreamTrack[]) => track?.label ?? null;
    const found = { camera: nameOf(stream.getVideoTracks()), microphone: nameOf(stream.getAudioTracks()) };
    for (const track of stream.getTracks()) track.stop();
    return found;
  };

  readonly change = async (): Promise<StepResult['found']> => {
    const [sender, receiver] = [await this.#enter('sender'), await this.#enter('receiver')];
    try {
      return await rehearseChange(sender, receiver, this.#video());
    } finally {
      await Promise.all([this.#leave(sender), this.#leave(receiver)]);
    }
  };

  /** The server closes the room of a test. */
  async close(): Promise<void> {
    await Promise.all([...this.#rooms].map((room) => this.#leave(room)));
  }

  async #through(through: Through): Promise<StepResult['found']> {
    const startedAt = performance.now();
    const room = await this.#enter('way', through);
    try {
      this.#relays = room.path.relays;
      let way = await room.path.measure();
      const isThere = async () => {
        way = await room.path.measure();
        return way.path !== null && way.rttMs !== null;
      };
      await waitFor(isThere, CONNECT_MS, `nothing came through ${through}`);
      return { ms: Math.round(performance.now() - startedAt), rttMs: way.rttMs, server: way.remote };
    } finally {
      await this.#leave(room);
    }
  }

  async #enter(place: (typeof PLACES)[number], through?: Through): Promise<Room> {
    const storage = { sessionStorage: new MemoryStorage(), chatStorage: new MemoryStorage() };
    const room = new Room({ ...storage, ...(through && { through }) });
    this.#rooms.add(room);
    await room.connect(location.origin, this.#tokens[PLACES.indexOf(place)] ?? '', { name: place });
    return room;
  }

  async #leave(room: Room): Promise<void> {
    this.#rooms.delete(room);
    await room.disconnect();
  }
}
