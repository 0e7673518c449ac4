import type { ParticipantId, RoomId } from '../../core/room/state.ts';
import type { LightPerson } from '../kit/clients/light/LightClient.ts';
import { type LightCrowd, startCrowd } from '../kit/clients/light/startCrowd.ts';
import { checkCrowd } from './checks/crowd.ts';
import { lostPlaces } from './checks/places.ts';
import type { MeetingScene, Verdict } from './Meeting.ts';
import type { Problem } from './problems.ts';
import { WholeJournal } from './WholeJournal.ts';

/** One camera of somebody: a hundred that show more would starve the machine. */
const TILES = 1;
const TILE = { width: 160, height: 90 };

/** A room of light clients beside the meetings: they make the storms, and their room is judged by its journal. */
export class CrowdedRoom {
  readonly #roomId: RoomId;
  readonly #scene: MeetingScene;
  readonly #urls: readonly string[];
  readonly #size: number;
  readonly #whole: WholeJournal;
  readonly #crowd: LightCrowd = startCrowd();
  #people: readonly string[] = [];
  #generation = 0;

  private constructor(roomId: RoomId, scene: MeetingScene, urls: readonly string[], size: number) {
    this.#roomId = roomId;
    this.#scene = scene;
    this.#urls = urls;
    this.#size = size;
    this.#whole = new WholeJournal(scene.journal, roomId);
  }

  static async open(scene: MeetingScene, urls: readonly string[], size: number): Promise<CrowdedRoom> {
    return new CrowdedRoom(await scene.api.createRoom('Crowd', size + 1), scene, urls, size);
  }

  get size(): number {
    return this.#size;
  }

  /** Those who were there leave, and as many others come in, at all nodes in turn. */
  async changePeople(): Promise<void> {
    await this.#crowd.remote.leave(this.#people);
    this.#generation += 1;
    this.#people = Array.from({ length: this.#size }, (_, index) => `crowd-${this.#generation}-${index + 1}`);
    await this.#crowd.remote.enterAtOnce(
      await Promise.all(this.#people.map((name, index) => this.#person(name, index))),
    );
  }

  /** Resolves once everybody's camera and (muted) microphone are in the room. */
  async publishAtOnce(): Promise<void> {
    await this.#crowd.remote.publishAtOnce(this.#people);
  }

  /** Null if everybody is in the room with all that was published, and sees somebody; else what is missing. */
  async missing(): Promise<string | null> {
    const statuses = await this.#crowd.remote.statuses();
    const failed = statuses.find(({ failure }) => failure !== null);
    if (failed) return failed.failure;
    const out = statuses.filter(({ isIn }) => !isIn);
    if (out[0]) return `${out.length} of the crowd are not in the room, ${out[0].name} among them`;
    const blind = statuses.filter(({ published, flowing }) => published.length > 0 && flowing === 0);
    return blind[0] ? `${blind.length} of the crowd see nobody, ${blind[0].name} among them` : null;
  }

  /** How many have come back so far. */
  async returns(): Promise<number> {
    return (await this.#crowd.remote.statuses()).reduce((sum, { returns }) => sum + returns, 0);
  }

  async judge(): Promise<Verdict> {
    const statuses = await this.#crowd.remote.statuses();
    const commits = await this.#whole.commits();
    const published = new Map(statuses.map(({ name, published }) => [name, published]));
    const facts = checkCrowd(published, commits);
    const places = lostPlaces(commits, new Set<ParticipantId>(this.#people));
    const failed = statuses.flatMap(({ name: who, failure }): Problem[] =>
      failure === null ? [] : [{ what: failure, round: null, who, evidence: { kind: 'client', said: failure } }],
    );
    return {
      facts,
      mismatches: 0,
      lostPlaces: places.length,
      hotMics: 0,
      reloads: 0,
      problems: [...facts.problems, ...places, ...failed],
    };
  }

  async close(): Promise<void> {
    this.#whole.stop();
    await this.#crowd.close();
  }

  async #person(name: string, index: number): Promise<LightPerson> {
    const url = this.#urls[index % this.#urls.length] ?? '';
    const token = await this.#scene.api.joinToken(this.#roomId, name);
    return { url, token, name, does: 'waits', tiles: TILES, tile: TILE, savesLayers: true, comesBack: true };
  }
}
