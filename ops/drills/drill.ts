import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../../core/ports.ts';
import type { ParticipantId, RoomId } from '../../core/room/state.ts';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import type { Deed } from '../kit/clients/deeds.ts';
import type { RoomPicture } from '../kit/clients/roomPicture.ts';
import type { Deployment } from '../kit/deployment/Deployment.ts';
import type { RoomApi } from '../kit/RoomApi.ts';
import { randomFrom } from '../kit/random.ts';
import { summarize } from '../kit/statistics.ts';
import { waitUntilNothingMissing } from '../kit/waitUntil.ts';
import { checkFacts } from './checks/facts.ts';
import type { Span } from './checks/gaps.ts';
import type { HotMic } from './checks/hotMics.ts';
import { differences, viewOfState } from './checks/state.ts';
import type { DrillOutcome } from './DrillResult.ts';
import type { Fault } from './faults/Fault.ts';
import { replayed } from './journalOf.ts';
import { CALM_MS, CALM_VARIES_MS, NOTICE_MS, RECOVERY_LIMIT_MS, SETTLE_MS, SETUP_LIMIT_MS } from './pace.ts';
import type { Problem } from './problems.ts';
import { type MeasuredGap, Recording } from './Recording.ts';
import { type Detours, ReencodedMeeting } from './ReencodedMeeting.ts';
import { missingOf } from './recovered.ts';
import { serverView } from './serverView.ts';
import { WholeJournal } from './WholeJournal.ts';

export interface DrillPlan {
  readonly fault: Fault;
  readonly rounds: number;
  readonly seed: number;
  /** All cameras pass through the reencoder, and the drill measures how viewers leave it and come back. */
  readonly reencoded?: boolean;
}

/** The server and the clients of a drill. The clients are not in the room yet. */
export interface DrillScene {
  readonly deployment: Deployment;
  readonly api: RoomApi;
  readonly journal: Journal;
  readonly clients: readonly DrillClient[];
  readonly log: (line: string) => void;
}

interface Round {
  readonly calm: Span;
  readonly fault: Span;
  readonly gaps: readonly MeasuredGap[];
  readonly detours: Detours | null;
}

const TRAFFIC = { chatEveryMs: 200, stateEveryMs: 200 } as const;
const ANSWER_LIMIT_MS = 30_000;

/**
 * Holds a meeting on a deployment and hurts it again and again while everybody talks, chats and raises hands. In the
 * end it compares the answers, copies and sounds of each client with the journal.
 */
export class Drill {
  readonly #plan: DrillPlan;
  readonly #scene: DrillScene;
  readonly #random: () => number;
  readonly #reencoded: ReencodedMeeting | null;
  readonly #recording = new Recording();
  readonly #mutedSpans: Span[] = [];
  readonly #problems: Problem[] = [];
  #mutedSince: number | null = null;

  constructor(plan: DrillPlan, scene: DrillScene) {
    this.#plan = plan;
    this.#scene = scene;
    this.#random = randomFrom(plan.seed);
    this.#reencoded = plan.reencoded ? new ReencodedMeeting(scene.clients) : null;
  }

  async run(): Promise<DrillOutcome> {
    const roomId = await this.#openRoom();
    const whole = new WholeJournal(this.#scene.journal, roomId);
    try {
      const outcome = await this.#hurt(roomId, whole);
      await this.#scene.api.closeRoom(roomId);
      return outcome;
    } finally {
      whole.stop();
    }
  }

  async #hurt(roomId: RoomId, whole: WholeJournal): Promise<DrillOutcome> {
    const { clients, log } = this.#scene;
    await this.#mute();
    await Promise.all(clients.map((client) => client.startTraffic(TRAFFIC)));
    const rounds: Round[] = [];
    for (let round = 1; round <= this.#plan.rounds; round += 1) {
      rounds.push(await this.#round(round));
      // A meeting that did not recover is not hurt again.
      if (this.#problems.length > 0) break;
      await this.#provePresenceOfMuted();
    }
    log('traffic ends');
    const stopped = await Promise.all(clients.map((client) => client.stopTraffic(ANSWER_LIMIT_MS)));
    const deeds = new Map(clients.map(({ participantId }, index) => [participantId, stopped[index] ?? []]));
    return this.#judge(roomId, whole, rounds, deeds);
  }

  /** The client whose microphone is muted during every fault: nobody may ever hear it. */
  get #silent(): DrillClient {
    const { clients } = this.#scene;
    const silent = clients[1];
    if (!silent) throw new Error('a drill needs two participants');
    return silent;
  }

  async #openRoom(): Promise<RoomId> {
    const { api, clients, deployment, log } = this.#scene;
    const roomId = await api.createRoom('Drill');
    await Promise.all(
      clients.map(async (client, index) => {
        const name = client.participantId;
        const token = await api.joinToken(roomId, name, this.#reencoded && index === 0 ? 'host' : 'member');
        await client.join({ url: deployment.url, token, name, publish: true });
      }),
    );
    await waitUntilNothingMissing('the meeting does not begin', () => missingOf(clients), SETUP_LIMIT_MS);
    log(`${clients.length} participants see and hear each other`);
    const reencoded = this.#reencoded;
    if (reencoded) {
      await reencoded.begin();
      await waitUntilNothingMissing('not every camera is reencoded', () => reencoded.missing(), SETUP_LIMIT_MS);
      log('everybody sees everybody reencoded');
    }
    return roomId;
  }

  async #round(round: number): Promise<Round> {
    const { clients, deployment, log } = this.#scene;
    const { fault } = this.#plan;
    await waitUntilNothingMissing('the fault cannot be injected', () => fault.available(deployment), RECOVERY_LIMIT_MS);
    const calmFrom = Date.now();
    await sleep(CALM_MS + this.#random() * CALM_VARIES_MS);
    const before = await this.#recoveries();
    const injected = await fault.inject(deployment);
    log(`round ${round} of ${this.#plan.rounds}: ${injected.what}`);
    await injected.heal();
    await sleep(Math.max(0, injected.at + NOTICE_MS - Date.now()));
    await this.#expectSoon(round, 'it does not recover', () => missingOf(clients));
    log(`round ${round}: everybody sees and hears everybody again`);
    // A fault may be noticed late: everybody must still be there once the broken part is replaced.
    const missing = async (): Promise<string | null> =>
      (await injected.replaced()) ?? (await this.#reencoded?.missing()) ?? (await missingOf(clients));
    await this.#expectSoon(round, 'the broken part is not replaced', missing);
    await sleep(SETTLE_MS);
    const span = { from: injected.at, to: Date.now() };
    await this.#recording.collect(clients);
    const gaps = this.#recording.gaps(span, new Set([this.#silent.participantId]));
    for (const { receiver, publisher, kind } of gaps.filter(({ gapMs }) => gapMs === null)) {
      this.#problems.push({
        what: `${receiver} has no ${kind} of ${publisher} before or after the fault`,
        round,
        who: receiver,
        evidence: { kind: 'noMedia', publisher, ...span },
      });
    }
    const detours = (await this.#reencoded?.detours(this.#recording, span)) ?? null;
    if (detours) log(`round ${round}: ${detoursInWords(detours)}`);
    this.#problems.push(...(detours?.problems ?? []).map((problem) => ({ ...problem, round })));
    const recoveries = (await this.#recoveries()) - before;
    if (!fault.breaksMedia && recoveries > 0) {
      const what = `${recoveries} clients had to come back`;
      this.#problems.push({ what, round, who: null, evidence: { kind: 'cameBack', recoveries } });
    }
    return { calm: { from: calmFrom, to: injected.at }, fault: span, gaps, detours };
  }

  /** How often all clients together resumed or rebuilt their media. */
  async #recoveries(): Promise<number> {
    const statuses = await Promise.all(this.#scene.clients.map((client) => client.status()));
    return statuses.reduce((sum, { recoveries }) => sum + recoveries, 0);
  }

  async #mute(): Promise<void> {
    await this.#silent.setMicrophoneMuted(true);
    this.#mutedSince = Date.now();
    // From here on its sound has another tone, so receivers recognise it whenever they hear it.
    await this.#silent.hear('muted');
  }

  /**
   * Opens the muted microphone until everybody has heard it, and mutes it again: this proves that the mute silenced it.
   */
  async #provePresenceOfMuted(): Promise<void> {
    const { clients } = this.#scene;
    const { participantId } = this.#silent;
    const from = Date.now();
    this.#mutedSpans.push({ from: this.#mutedSince ?? from, to: from });
    await this.#silent.hear('open');
    await this.#silent.setMicrophoneMuted(false);
    const receivers = clients.map((client) => client.participantId);
    const missing = async (): Promise<string | null> => {
      await this.#recording.collect(clients);
      const [deaf] = this.#recording.unheard(participantId, receivers, { from, to: Date.now() });
      return deaf === undefined ? null : `${deaf} does not hear ${participantId}, who is unmuted`;
    };
    await this.#expectSoon(null, 'unmuting has no effect', missing);
    await this.#mute();
  }

  async #judge(
    roomId: RoomId,
    whole: WholeJournal,
    rounds: readonly Round[],
    deeds: ReadonlyMap<ParticipantId, Deed[]>,
  ): Promise<DrillOutcome> {
    const { clients } = this.#scene;
    for (const [participantId, all] of deeds) {
      const unanswered = all.filter(({ ackedAt, refused }) => ackedAt === null && refused === null);
      if (unanswered.length === 0) continue;
      this.#problems.push({
        what: `${participantId} never got an answer to ${unanswered.length} requests`,
        round: null,
        who: participantId,
        evidence: { kind: 'unanswered', deeds: unanswered },
      });
    }
    await this.#waitForCopies(roomId);
    const commits = await whole.commits();
    const room = replayed(commits);
    const views = await Promise.all(clients.map((client) => client.roomView()));
    const copies = new Map(clients.map(({ participantId }, index) => [participantId, views[index] as RoomPicture]));
    const facts = checkFacts(deeds, commits, room, copies);
    const mismatches = await this.#mismatches(roomId, whole, viewOfState(room), copies);

    if (this.#mutedSince !== null) this.#mutedSpans.push({ from: this.#mutedSince, to: Date.now() });
    await this.#recording.collect(clients);
    const hotMics = this.#recording.hotMics(new Map([[this.#silent.participantId, this.#mutedSpans]]));
    const reloads = clients.map((client) => client.reloads());
    const troubles = await Promise.all(clients.map(async (client) => (await client.status()).troubles));

    const problems: Problem[] = [
      ...this.#problems,
      ...facts.problems,
      ...mismatches,
      ...hotMics.map(toProblem),
      ...clients.flatMap(({ participantId: who }, index) =>
        [...(reloads[index] ?? []), ...(troubles[index] ?? [])].map((said) => ({
          what: `${who}: ${said}`,
          round: null,
          who,
          evidence: { kind: 'client', said } as const,
        })),
      ),
    ];
    const gaps = rounds.flatMap((round) => round.gaps);
    const ofKind = (kind: 'audio' | 'video') =>
      summarize(gaps.filter((gap) => gap.kind === kind).flatMap(({ gapMs }) => gapMs ?? []));
    const calmOf = (kind: 'audio' | 'video') =>
      summarize(rounds.flatMap(({ calm }) => this.#recording.intervals(kind, calm)));
    return {
      result: {
        fault: this.#plan.fault.name,
        seed: this.#plan.seed,
        rounds: rounds.length,
        participants: clients.length,
        media: { video: ofKind('video'), audio: ofKind('audio') },
        ...(this.#reencoded && {
          fallbackMs: summarize(rounds.flatMap(({ detours }) => detours?.fallbackMs ?? [])),
          returnMs: summarize(rounds.flatMap(({ detours }) => detours?.returnMs ?? [])),
        }),
        facts: { acked: facts.acked, lost: facts.lost, duplicated: facts.duplicated, reordered: facts.reordered },
        state: { mismatches: mismatches.length },
        hotMics: hotMics.length,
        reloads: reloads.flat().length,
        problems,
        ok: problems.length === 0,
      },
      calm: { video: calmOf('video'), audio: calmOf('audio') },
    };
  }

  /** The traffic has ended: waits until every copy has the journal's version. */
  async #waitForCopies(roomId: RoomId): Promise<void> {
    const { clients, journal } = this.#scene;
    const missing = async (): Promise<string | null> => {
      const { version } = await journal.position(roomId);
      const statuses = await Promise.all(clients.map((client) => client.status()));
      const behind = statuses.findIndex((status) => status.version !== version);
      if (behind < 0) return null;
      return `${clients[behind]?.participantId} shows version ${statuses[behind]?.version} of ${version}`;
    };
    await this.#expectSoon(null, 'copies of the room differ', missing);
  }

  /**
   * Waits until nothing is missing. After RECOVERY_LIMIT_MS it notes a problem, and the drill goes on to its verdict.
   */
  async #expectSoon(round: number | null, failing: string, missing: () => Promise<string | null>): Promise<void> {
    const waitedFrom = Date.now();
    try {
      await waitUntilNothingMissing(failing, missing, RECOVERY_LIMIT_MS);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      const evidence = { kind: 'notRecovered', waitedFrom, waitedTo: Date.now() } as const;
      this.#problems.push({ what, round, who: null, evidence });
    }
  }

  /** Compares every client's copy, and then the server's replica, with the replayed journal [J1]. */
  async #mismatches(
    roomId: RoomId,
    whole: WholeJournal,
    room: RoomPicture,
    copies: ReadonlyMap<ParticipantId, RoomPicture>,
  ): Promise<Problem[]> {
    const { api, deployment } = this.#scene;
    const replica = await serverView(deployment.url, await api.joinToken(roomId, 'observer'));
    const commits = await whole.commits();
    const version = commits.length;
    const wrong = [...copies].flatMap(([who, copy]) =>
      mismatches(`copy of ${who}`, who, version, differences(room, copy)),
    );
    const then = viewOfState(replayed(commits.slice(0, replica.version)));
    return [...wrong, ...mismatches('the server', null, replica.version, differences(then, replica.room))];
  }
}

function detoursInWords({ fallbackMs, returnMs }: Detours): string {
  const after = (ms: number | null): string => (ms === null ? 'never' : `after ${Math.round(ms)} ms`);
  return `everybody saw the sources ${after(fallbackMs)}, and reencoded pictures again ${after(returnMs)}`;
}

function mismatches(where: string, who: ParticipantId | null, version: number, found: readonly string[]): Problem[] {
  return found.map((difference) => ({
    what: `[J1] ${where}: ${difference}`,
    round: null,
    who,
    evidence: { kind: 'state', where, version, difference },
  }));
}

function toProblem(hotMic: HotMic): Problem {
  const { receiver, publisher, heard } = hotMic;
  const from = new Date(heard.from).toISOString();
  const what = `[M2] ${receiver} heard ${publisher}, who was muted (${heard.stretches} stretches from ${from} on)`;
  return { what, round: null, who: receiver, evidence: { kind: 'hotMic', hotMic } };
}
