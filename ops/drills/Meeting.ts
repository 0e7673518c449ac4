import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../../core/ports.ts';
import type { NodeId, ParticipantId, RoomId, TrackKind } from '../../core/room/state.ts';
import type { DrillClient, TrafficOptions } from '../kit/clients/DrillClient.ts';
import type { Deed } from '../kit/clients/deeds.ts';
import { missingOf } from '../kit/clients/recovered.ts';
import type { RoomPicture } from '../kit/clients/roomPicture.ts';
import type { Deployment } from '../kit/deployment/Deployment.ts';
import type { RoomApi } from '../kit/RoomApi.ts';
import { waitUntilNothingMissing } from '../kit/waitUntil.ts';
import { checkFacts, type FactFindings } from './checks/facts.ts';
import type { Span } from './checks/gaps.ts';
import { lostPlaces } from './checks/places.ts';
import { differences, viewOfState } from './checks/state.ts';
import { replayed } from './journalOf.ts';
import { RECOVERY_LIMIT_MS, SETTLE_MS, SETUP_LIMIT_MS } from './pace.ts';
import { type Problem, toProblem } from './problems.ts';
import { type MeasuredGap, Recording } from './Recording.ts';
import { type Detours, ReencodedMeeting } from './ReencodedMeeting.ts';
import { type StoryStep, toStorySteps } from './RoundStory.ts';
import { serverView } from './serverView.ts';
import { WholeJournal } from './WholeJournal.ts';

/** A client, and the address of the node at which it enters. */
export interface Member {
  readonly client: DrillClient;
  readonly url: string;
}

/** What is around a meeting. */
export interface MeetingScene {
  readonly deployment: Deployment;
  readonly api: RoomApi;
  readonly journal: Journal;
  /** How often each of them asks for something; five times a second if not given. */
  readonly traffic?: TrafficOptions;
}

/** What became of a meeting. */
export interface Verdict {
  readonly facts: FactFindings;
  readonly mismatches: number;
  readonly lostPlaces: number;
  readonly hotMics: number;
  readonly reloads: number;
  readonly problems: readonly Problem[];
}

/** Comes at each judgement, looks and goes. */
const OBSERVER = 'observer';
const TRAFFIC = { chatEveryMs: 200, stateEveryMs: 200 } as const;
const ANSWER_LIMIT_MS = 60_000;

/**
 * One room of a drill: everybody talks, chats and raises hands. In the end it compares the answers, copies and sounds
 * of each client with the journal.
 */
export class Meeting {
  readonly clients: readonly DrillClient[];
  readonly recording = new Recording();
  readonly #roomId: RoomId;
  /** Where the observer enters. */
  readonly #url: string;
  readonly #scene: MeetingScene;
  readonly #whole: WholeJournal;
  readonly #problems: Problem[] = [];
  /** What judgements have found so far, so that each finding is a problem of the round that it was first seen in. */
  readonly #judged = new Map<string, Problem>();
  readonly #mutedSpans: Span[] = [];
  #judgedAt = 0;
  #mutedSince: number | null = null;
  #reencoded: ReencodedMeeting | null = null;

  private constructor(roomId: RoomId, clients: readonly DrillClient[], url: string, scene: MeetingScene) {
    this.#url = url;
    this.#roomId = roomId;
    this.clients = clients;
    this.#scene = scene;
    this.#whole = new WholeJournal(scene.journal, roomId);
  }

  /**
   * Opens a room. Resolves once all members see and hear each other.
   * `reencoded`: all cameras pass through the reencoder, and the meeting measures how viewers leave it and come back.
   */
  static async begin(name: string, members: readonly Member[], scene: MeetingScene, reencoded: boolean) {
    const { api } = scene;
    const roomId = await api.createRoom(name);
    const clients = members.map(({ client }) => client);
    const [first] = members;
    if (!first) throw new Error('a meeting needs participants');
    const meeting = new Meeting(roomId, clients, first.url, scene);
    try {
      await Promise.all(
        members.map(async ({ client, url }, index) => {
          const token = await api.joinToken(roomId, client.participantId, reencoded && index === 0 ? 'host' : 'member');
          await client.join({ url, token, name: client.participantId, publish: true });
        }),
      );
      await waitUntilNothingMissing('the meeting does not begin', () => missingOf(clients), SETUP_LIMIT_MS);
      if (reencoded) await meeting.#reencode();
      return meeting;
    } catch (error) {
      meeting.stop();
      throw error;
    }
  }

  async #reencode(): Promise<void> {
    const reencoded = new ReencodedMeeting(this.clients);
    await reencoded.begin();
    await waitUntilNothingMissing('not every camera is reencoded', () => reencoded.missing(), SETUP_LIMIT_MS);
    this.#reencoded = reencoded;
  }

  /** What must not happen, as far as it is known. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  note(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** Mutes one of them, and lets all of them ask for something all the time. */
  async talk(): Promise<void> {
    await this.mute();
    await this.chat();
  }

  /** Lets all of them ask for something all the time, again after a judgement. */
  async chat(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.startTraffic(this.#scene.traffic ?? TRAFFIC)));
  }

  /** Returns null if everybody sees and hears everybody, reencoded if they did before; else what is missing. */
  async missing(): Promise<string | null> {
    return (await this.#reencoded?.missing()) ?? (await missingOf(this.clients));
  }

  /** The same before the reencoder is back. */
  missingWithoutReencoder(): Promise<string | null> {
    return missingOf(this.clients);
  }

  /** The node at which the record has each of them. */
  async nodes(): Promise<ReadonlyMap<ParticipantId, NodeId>> {
    const { participants } = replayed(await this.#whole.commits());
    return new Map([...participants.values()].map(({ id, nodeId }) => [id, nodeId]));
  }

  /** How often each of them resumed or rebuilt its media. */
  async recoveries(): Promise<ReadonlyMap<ParticipantId, number>> {
    const statuses = await Promise.all(this.clients.map((client) => client.status()));
    return new Map(this.clients.map(({ participantId }, index) => [participantId, statuses[index]?.recoveries ?? 0]));
  }

  /** The gaps around a fault; call it when everything has recovered. */
  async gaps(round: number, from: number): Promise<{ span: Span; gaps: readonly MeasuredGap[] }> {
    await sleep(SETTLE_MS);
    const span = { from, to: Date.now() };
    await this.recording.collect(this.clients);
    const gaps = this.recording.gaps(span, new Set([this.#silent.participantId]));
    for (const { receiver, publisher, kind } of gaps.filter(({ gapMs }) => gapMs === null)) {
      this.note({
        what: `${receiver} has no ${kind} of ${publisher} before or after the fault`,
        round,
        who: receiver,
        evidence: { kind: 'noMedia', publisher, ...span },
      });
    }
    return { span, gaps };
  }

  /** What clients did within a span to come back, and when the journal had their new sessions. */
  async steps({ from, to }: Span): Promise<StoryStep[]> {
    const recorded = (await this.#whole.commits()).flatMap(({ events }) =>
      events.flatMap((event) => {
        if (event.type !== 'ParticipantResumed' || event.at < from || event.at > to) return [];
        return { who: event.participantId, name: 'recorded' as const, at: event.at };
      }),
    );
    return toStorySteps([...recorded, ...this.recording.steps({ from, to })], from);
  }

  /** Null if nothing is reencoded. */
  async detours(round: number, span: Span): Promise<Detours | null> {
    const detours = (await this.#reencoded?.detours(this.recording, span)) ?? null;
    for (const problem of detours?.problems ?? []) this.note({ ...problem, round });
    return detours;
  }

  /** The intervals between frames within a span, but not those of the muted microphone. */
  intervals(kind: TrackKind, span: Span): number[] {
    const now = this.#mutedSince === null ? [] : [{ from: this.#mutedSince, to: Number.POSITIVE_INFINITY }];
    const muted = new Map([[this.#silent.participantId, [...this.#mutedSpans, ...now]]]);
    return this.recording.intervals(kind, span, muted);
  }

  /**
   * Opens the muted microphone until everybody has heard it, and mutes it again: this proves that the mute silenced it.
   */
  async provePresenceOfMuted(): Promise<void> {
    await this.unmute();
    await this.mute();
  }

  /** Opens the muted microphone until everybody has heard it. */
  async unmute(): Promise<void> {
    const { clients } = this;
    const { participantId } = this.#silent;
    const from = Date.now();
    this.#mutedSpans.push({ from: this.#mutedSince ?? from, to: from });
    this.#mutedSince = null;
    await this.#silent.hear('open');
    await this.#silent.setMicrophoneMuted(false);
    const receivers = clients.map((client) => client.participantId);
    const missing = async (): Promise<string | null> => {
      await this.recording.collect(clients);
      const [deaf] = this.recording.unheard(participantId, receivers, { from, to: Date.now() });
      return deaf === undefined ? null : `${deaf} does not hear ${participantId}, who is unmuted`;
    };
    await this.expectSoon(null, 'unmuting has no effect', missing);
  }

  async mute(): Promise<void> {
    await this.#silent.setMicrophoneMuted(true);
    this.#mutedSince = Date.now();
    // From here on its sound has another tone, so receivers recognise it whenever they hear it.
    await this.#silent.hear('muted');
  }

  /**
   * Waits until nothing is missing. After `limitMs` it notes a problem, returns false, and the drill goes on to its
   * verdict.
   */
  async expectSoon(
    round: number | null,
    failing: string,
    missing: () => Promise<string | null>,
    limitMs = RECOVERY_LIMIT_MS,
  ): Promise<boolean> {
    const waitedFrom = Date.now();
    try {
      await waitUntilNothingMissing(failing, missing, limitMs);
      return true;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      const media = Object.fromEntries(
        await Promise.all(this.clients.map(async (client) => [client.participantId, await client.videoStats()])),
      ) as Record<ParticipantId, readonly string[]>;
      const evidence = { kind: 'notRecovered', waitedFrom, waitedTo: Date.now(), media } as const;
      this.note({ what, round, who: null, evidence });
      return false;
    }
  }

  /** Ends the traffic and judges everything so far. What no earlier judgement found is a problem of `round`. */
  async judge(round: number | null): Promise<Verdict> {
    const { clients } = this;
    const deeds = await this.#endTraffic(round);
    await this.#waitForCopies(round);
    const commits = await this.#whole.commits();
    const room = replayed(commits);
    const views = await Promise.all(clients.map((client) => client.roomView()));
    const copies = new Map(clients.map(({ participantId }, index) => [participantId, views[index] as RoomPicture]));
    const facts = checkFacts(deeds, commits, room, copies);
    const places = lostPlaces(commits, new Set(deeds.keys()));
    const mismatches = await this.#mismatches(viewOfState(room), copies);
    if (this.#mutedSince !== null) this.#mutedSpans.push({ from: this.#mutedSince, to: Date.now() });
    await this.recording.collect(clients);
    const hotMics = this.recording.takeHotMics(new Map([[this.#silent.participantId, this.#mutedSpans]]));
    const reloads = clients.map((client) => client.reloads());
    const statuses = await Promise.all(clients.map((client) => client.status()));
    const troubles = statuses.map((status) => status.troubles.filter((said) => !said.startsWith(`${OBSERVER} `)));
    const said = clients.flatMap(({ participantId: who }, index) =>
      [...(reloads[index] ?? []), ...(troubles[index] ?? [])].map((said) => ({
        what: `${who}: ${said}`,
        round: null,
        who,
        evidence: { kind: 'client', said } as const,
      })),
    );
    const found = [...facts.problems, ...places, ...mismatches, ...hotMics.map(toProblem), ...said];
    this.#keep(found, round);
    const judged = [...this.#judged.values()];
    const count = (kind: Problem['evidence']['kind']): number =>
      judged.filter(({ evidence }) => evidence.kind === kind).length;
    return {
      facts,
      mismatches: count('state'),
      lostPlaces: places.length,
      hotMics: count('hotMic'),
      reloads: reloads.flat().length,
      problems: [...this.#problems, ...judged],
    };
  }

  /** A client may say the same of several rounds. */
  #keep(found: readonly Problem[], round: number | null): void {
    const times = new Map<string, number>();
    for (const problem of found) {
      const { what, evidence } = problem;
      const time = (times.get(what) ?? 0) + 1;
      times.set(what, time);
      const key = `${evidence.kind} ${what} ${time}`;
      if (!this.#judged.has(key)) this.#judged.set(key, { ...problem, round });
    }
  }

  async close(): Promise<void> {
    await this.#scene.api.closeRoom(this.#roomId);
  }

  /** Stops to read along. */
  stop(): void {
    this.#whole.stop();
  }

  /** The client whose microphone is muted during every fault: nobody may ever hear it. */
  get #silent(): DrillClient {
    const silent = this.clients[1];
    if (!silent) throw new Error('a meeting needs two participants');
    return silent;
  }

  async #endTraffic(round: number | null): Promise<ReadonlyMap<ParticipantId, Deed[]>> {
    const { clients } = this;
    const askedFrom = this.#judgedAt;
    const stopped = await Promise.all(clients.map((client) => client.stopTraffic(ANSWER_LIMIT_MS)));
    const deeds = new Map(clients.map(({ participantId }, index) => [participantId, stopped[index] ?? []]));
    this.#judgedAt = Date.now();
    for (const [participantId, all] of deeds) {
      const asked = all.filter(({ askedAt }) => askedAt >= askedFrom);
      const unanswered = asked.filter(({ ackedAt, refused }) => ackedAt === null && refused === null);
      if (unanswered.length === 0) continue;
      this.note({
        what: `${participantId} never got an answer to ${unanswered.length} requests`,
        round,
        who: participantId,
        evidence: { kind: 'unanswered', deeds: unanswered },
      });
    }
    return deeds;
  }

  /** The traffic has ended: waits until every copy has the journal's version. */
  async #waitForCopies(round: number | null): Promise<void> {
    const { clients } = this;
    const missing = async (): Promise<string | null> => {
      const { version } = await this.#scene.journal.position(this.#roomId);
      const statuses = await Promise.all(clients.map((client) => client.status()));
      const behind = statuses.findIndex((status) => status.version !== version);
      if (behind < 0) return null;
      return `${clients[behind]?.participantId} shows version ${statuses[behind]?.version} of ${version}`;
    };
    await this.expectSoon(round, 'copies of the room differ', missing);
  }

  /** Compares every client's copy, and then the server's replica, with the replayed journal [J1]. */
  async #mismatches(room: RoomPicture, copies: ReadonlyMap<ParticipantId, RoomPicture>): Promise<Problem[]> {
    const { api } = this.#scene;
    const replica = await serverView(this.#url, await api.joinToken(this.#roomId, OBSERVER));
    const commits = await this.#whole.commits();
    const version = commits.length;
    const wrong = [...copies].flatMap(([who, copy]) =>
      mismatches(`copy of ${who}`, who, version, differences(room, copy)),
    );
    const then = viewOfState(replayed(commits.slice(0, replica.version)));
    return [...wrong, ...mismatches('the server', null, replica.version, differences(then, replica.room))];
  }
}

function mismatches(where: string, who: ParticipantId | null, version: number, found: readonly string[]): Problem[] {
  return found.map((difference) => ({
    what: `[J1] ${where}: ${difference}`,
    round: null,
    who,
    evidence: { kind: 'state', where, version, difference },
  }));
}
