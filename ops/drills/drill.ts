import { setTimeout as sleep } from 'node:timers/promises';
import type { ParticipantId } from '../../core/room/state.ts';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import { randomFrom } from '../kit/random.ts';
import { summarize } from '../kit/statistics.ts';
import { waitUntilNothingMissing } from '../kit/waitUntil.ts';
import type { Span } from './checks/gaps.ts';
import type { DrillResult } from './DrillResult.ts';
import type { Fault, Injected } from './faults/Fault.ts';
import { Meeting, type MeetingScene, type Member, type Verdict } from './Meeting.ts';
import { CALM_MS, CALM_VARIES_MS, NOTICE_MS, RECOVERY_LIMIT_MS, SETUP_LIMIT_MS } from './pace.ts';
import type { Problem } from './problems.ts';
import type { MeasuredGap } from './Recording.ts';
import type { Detours } from './ReencodedMeeting.ts';
import { type RoundStory, toStoryGap, withFrames } from './RoundStory.ts';

export interface DrillPlan {
  readonly fault: Fault;
  readonly rounds: number;
  readonly seed: number;
  /** All cameras pass through the reencoder, and the drill measures how viewers leave it and come back. */
  readonly reencoded?: boolean;
  /** Injects no more faults after this time, whatever is left of the rounds. */
  readonly lastsMs?: number;
  /** The meetings go on for so long after the last fault. */
  readonly calmEndMs?: number;
  /** The least calm time before each fault, if not CALM_MS. */
  readonly calmMs?: number;
  /** Judges after every fault, and goes on as long as all recover. Calm times are short, and mutes meet the faults. */
  readonly inARow?: boolean;
}

/** The servers and the clients of a drill. The clients are not in a room yet. */
export interface DrillScene extends MeetingScene {
  readonly clients: readonly DrillClient[];
  /** Who meets whom, and at which node each enters; everybody in one room of `deployment` if not given. */
  readonly rooms?: readonly (readonly Member[])[];
  /** People beside the meetings, whose room is judged too. */
  readonly crowd?: { judge(): Promise<Verdict> } | null;
  readonly log: (line: string) => void;
  /** The last lines of each node's log, as evidence of a round with problems. */
  readonly logTail?: () => Promise<string>;
}

interface Round {
  readonly calm: Span;
  /** Of those whom the fault hits, or of everybody if it hits nobody. */
  readonly gaps: readonly MeasuredGap[];
  /** Of those whom it does not hit while it hits others. */
  readonly others: readonly MeasuredGap[];
  readonly detours: readonly Detours[];
  readonly story: RoundStory;
}

/** A mute comes so soon after the fault that its request, its commit or its answer may be lost with what breaks. */
const MUTED_WITHIN_MS = 1_500;

/** Longer than a machine that is busy with a recovery keeps a picture back, shorter than a way back over a new node. */
const STOPPED_MS = 1_500;

/**
 * Holds meetings on a deployment and hurts it again and again while everybody talks, chats and raises hands. In the
 * end each meeting is judged.
 */
export class Drill {
  readonly #plan: DrillPlan;
  readonly #scene: DrillScene;
  readonly #random: () => number;
  #meetings: Meeting[] = [];

  constructor(plan: DrillPlan, scene: DrillScene) {
    this.#plan = plan;
    this.#scene = scene;
    this.#random = randomFrom(plan.seed);
  }

  async run(): Promise<DrillResult> {
    try {
      await this.#begin();
      const result = await this.#hurt();
      // What an hour of faults has shown is not lost to a room that stays open.
      const unclosed = (error: unknown): void => this.#scene.log(`a room stays open: ${String(error)}`);
      for (const meeting of this.#meetings) await meeting.close().catch(unclosed);
      return result;
    } finally {
      for (const meeting of this.#meetings) meeting.stop();
    }
  }

  async #begin(): Promise<void> {
    const { clients, deployment, log } = this.#scene;
    const rooms = this.#scene.rooms ?? [clients.map((client) => ({ client, url: deployment.url }))];
    for (const [index, members] of rooms.entries()) {
      const name = rooms.length === 1 ? 'Drill' : `Drill ${index + 1}`;
      const meeting = await Meeting.begin(name, members, this.#scene, this.#plan.reencoded ?? false);
      this.#meetings.push(meeting);
      log(`${name}: ${members.length} participants see and hear each other`);
    }
  }

  async #hurt(): Promise<DrillResult> {
    for (const meeting of this.#meetings) await meeting.talk();
    const rounds: Round[] = [];
    const endsAt = Date.now() + (this.#plan.lastsMs ?? Number.POSITIVE_INFINITY);
    for (let round = 1; round <= this.#plan.rounds && Date.now() < endsAt; round += 1) {
      rounds.push(await this.#round(round));
      // A meeting that did not recover is not hurt again.
      if (this.#mustEnd()) {
        await this.#show(
          round,
          this.#meetings.flatMap(({ problems }) => problems).filter((problem) => problem.round === round),
        );
        break;
      }
      if (this.#plan.inARow) await this.#judgeRound(round);
      if (this.#mustEnd()) break;
      if (this.#plan.inARow) for (const meeting of this.#meetings) await meeting.chat();
      else for (const meeting of this.#meetings) await meeting.provePresenceOfMuted();
    }
    const { calmEndMs = 0 } = this.#plan;
    if (calmEndMs > 0 && !this.#mustEnd()) {
      this.#scene.log(`no more faults: the meetings go on for ${calmEndMs / 60_000} minutes`);
      await sleep(calmEndMs);
    }
    this.#scene.log('traffic ends');
    return this.#judge(rounds);
  }

  #mustEnd(): boolean {
    const ends = ({ evidence }: Problem): boolean => !this.#plan.inARow || evidence.kind === 'notRecovered';
    return this.#meetings.some(({ problems }) => problems.some(ends));
  }

  async #judgeRound(round: number): Promise<void> {
    const known = new Set(this.#meetings.flatMap(({ problems }) => problems));
    const verdicts = await this.#each((meeting) => meeting.judge(round));
    const problems = verdicts.flatMap((verdict) => verdict.problems);
    const found = problems.filter((problem) => problem.round === round || !known.has(problem));
    await this.#show(round, found);
  }

  /** Prints problems at once, with the last lines of all logs: a long drill may be read before it ends, or not end. */
  async #show(round: number, found: readonly Problem[]): Promise<void> {
    for (const { what } of found) this.#scene.log(`round ${round}: PROBLEM: ${what}`);
    if (found.length > 0 && this.#scene.logTail) this.#scene.log(`the nodes said:\n${await this.#scene.logTail()}`);
  }

  async #round(round: number): Promise<Round> {
    const { deployment, log } = this.#scene;
    const { fault } = this.#plan;
    await waitUntilNothingMissing('the fault cannot be injected', () => fault.available(deployment), RECOVERY_LIMIT_MS);
    const calmFrom = Date.now();
    const { calmMs = this.#plan.inARow ? 0 : CALM_MS } = this.#plan;
    await sleep(calmMs + this.#random() * CALM_VARIES_MS);
    const toMute = this.#plan.inARow ? this.#meetings.filter(() => this.#random() < 0.5) : [];
    for (const meeting of toMute) await meeting.unmute();
    const before = await this.#each(async (meeting) => ({
      nodes: await meeting.nodes(),
      recoveries: await meeting.recoveries(),
    }));
    const muted = toMute.map((meeting) => this.#muteSoon(meeting));
    const injected = await fault.inject(deployment);
    const of = Number.isFinite(this.#plan.rounds) ? ` of ${this.#plan.rounds}` : '';
    log(`round ${round}${of}: ${injected.what}`);
    if (this.#plan.inARow) log(`round ${round}: ${placesInWords(before.map(({ nodes }) => nodes))}`);
    await injected.heal();
    await sleep(Math.max(0, injected.at + NOTICE_MS - Date.now()));
    const recovered = await this.#recover(round, injected);
    for (const mute of muted) await mute(round);
    const measured = await this.#each(async (meeting, index) => {
      const { span, gaps } = await meeting.gaps(round, injected.at);
      const detours = this.#plan.inARow ? null : await meeting.detours(round, span);
      if (detours) log(`round ${round}: ${detoursInWords(detours)}`);
      const { nodes, recoveries } = before[index] ?? { nodes: new Map(), recoveries: new Map() };
      const isHit = (who: ParticipantId): boolean =>
        injected.nodes ? injected.nodes.some((name) => nodes.get(who)?.startsWith(`${name}-`)) : fault.breaksMedia;
      const [hit, others] = split(gaps, ({ receiver, publisher }) => isHit(receiver) || isHit(publisher));
      this.#expectUndisturbed(meeting, round, injected.at, others);
      await this.#expectNoReturn(meeting, round, recoveries, isHit);
      return { gaps: hit, others, detours, steps: await meeting.steps(span) };
    });
    const hit = measured.flatMap(({ gaps }) => gaps);
    const others = measured.flatMap((each) => each.others);
    return {
      calm: { from: calmFrom, to: injected.at },
      ...(hit.length > 0 ? { gaps: hit, others } : { gaps: others, others: [] }),
      detours: measured.flatMap(({ detours }) => detours ?? []),
      story: {
        ...{ round, faultAt: injected.at, what: injected.what, ...recovered },
        gaps: [
          ...hit.map((gap) => toStoryGap(gap, true, injected.at)),
          ...others.map((gap) => toStoryGap(gap, hit.length === 0, injected.at)),
        ],
        steps: measured.flatMap(({ steps }) => steps),
      },
    };
  }

  /** Mutes at a random moment around the fault. Call the result to wait until the room has it. */
  #muteSoon(meeting: Meeting): (round: number) => Promise<void> {
    let missing: string | null = 'the room does not have it';
    void sleep(this.#random() * MUTED_WITHIN_MS)
      .then(() => meeting.mute())
      .then(
        () => (missing = null),
        (error: unknown) => (missing = String(error)),
      );
    return async (round) => {
      await meeting.expectSoon(round, 'a mute during the fault is not acknowledged', async () => missing);
    };
  }

  /** Waits until everybody sees and hears everybody again, and then until what was broken is replaced. */
  async #recover(
    round: number,
    injected: Injected,
  ): Promise<{ readonly recoveredMs: number | null; readonly replacedMs: number | null }> {
    const { log } = this.#scene;
    const since = (met: readonly boolean[]): number | null => (met.every(Boolean) ? Date.now() - injected.at : null);
    const recovered = await this.#each((meeting) =>
      meeting.expectSoon(round, 'it does not recover', () => meeting.missingWithoutReencoder()),
    );
    const recoveredMs = since(recovered);
    log(`round ${round}: everybody sees and hears everybody again`);
    // A fault may be noticed late: everybody must still be there once the broken part is replaced.
    const replaced = await this.#each((meeting) =>
      meeting.expectSoon(
        round,
        'the broken part is not replaced',
        async () => (await injected.replaced()) ?? (await meeting.missing()),
        // A whole node may have to start.
        SETUP_LIMIT_MS,
      ),
    );
    return { recoveredMs, replacedMs: since(replaced) };
  }

  #expectUndisturbed(meeting: Meeting, round: number, faultAt: number, gaps: readonly MeasuredGap[]): void {
    for (const { receiver, publisher, kind, gapMs } of gaps) {
      if (gapMs === null || gapMs <= STOPPED_MS) continue;
      meeting.note({
        what: `${receiver} had no ${kind} of ${publisher} for ${Math.round(gapMs)} ms, although the fault hit others`,
        round,
        who: receiver,
        evidence: { kind: 'stopped', publisher, gapMs, faultAt },
      });
    }
  }

  /** Those whom the fault does not hit must not have to come back. */
  async #expectNoReturn(
    meeting: Meeting,
    round: number,
    before: ReadonlyMap<ParticipantId, number>,
    isHit: (who: ParticipantId) => boolean,
  ): Promise<void> {
    for (const [who, now] of await meeting.recoveries()) {
      const recoveries = now - (before.get(who) ?? 0);
      if (recoveries === 0 || isHit(who)) continue;
      const what = `${who} had to come back ${recoveries} times`;
      meeting.note({ what, round, who, evidence: { kind: 'cameBack', recoveries } });
    }
  }

  async #judge(rounds: readonly Round[]): Promise<DrillResult> {
    const { crowd } = this.#scene;
    const ofMeetings = await this.#each((meeting) => meeting.judge(null));
    const verdicts = crowd ? [...ofMeetings, await crowd.judge()] : ofMeetings;
    const sum = (of: (verdict: (typeof verdicts)[number]) => number): number =>
      verdicts.reduce((total, verdict) => total + of(verdict), 0);
    const problems = verdicts.flatMap((verdict) => verdict.problems);
    const summaryOf = (gaps: readonly MeasuredGap[]) => {
      const ofKind = (kind: 'audio' | 'video') =>
        summarize(gaps.filter((gap) => gap.kind === kind).flatMap(({ gapMs }) => gapMs ?? []));
      return { video: ofKind('video'), audio: ofKind('audio') };
    };
    const others = rounds.flatMap((round) => round.others);
    const calmOf = (kind: 'audio' | 'video') =>
      summarize(rounds.flatMap(({ calm }) => this.#meetings.flatMap((meeting) => meeting.intervals(kind, calm))));
    return {
      fault: this.#plan.fault.name,
      seed: this.#plan.seed,
      rounds: rounds.length,
      participants: this.#scene.clients.length,
      rooms: this.#meetings.length,
      calm: { video: calmOf('video'), audio: calmOf('audio') },
      media: summaryOf(rounds.flatMap((round) => round.gaps)),
      ...(others.length > 0 && { others: summaryOf(others) }),
      ...(this.#plan.reencoded &&
        !this.#plan.inARow && {
          fallbackMs: summarize(rounds.flatMap(({ detours }) => detours.flatMap(({ fallbackMs }) => fallbackMs ?? []))),
          returnMs: summarize(rounds.flatMap(({ detours }) => detours.flatMap(({ returnMs }) => returnMs ?? []))),
        }),
      facts: {
        acked: sum(({ facts }) => facts.acked),
        lost: sum(({ facts }) => facts.lost),
        duplicated: sum(({ facts }) => facts.duplicated),
        reordered: sum(({ facts }) => facts.reordered),
      },
      state: { mismatches: sum(({ mismatches }) => mismatches) },
      places: { lost: sum((verdict) => verdict.lostPlaces) },
      hotMics: sum(({ hotMics }) => hotMics),
      reloads: sum(({ reloads }) => reloads),
      problems,
      stories: withFrames(
        rounds.map(({ story }) => story),
        (span) => this.#meetings.flatMap(({ recording }) => recording.frames(span)),
      ),
      ok: problems.length === 0,
    };
  }

  /** All meetings at the same time: what happens in one of them must not wait for another one. */
  #each<T>(of: (meeting: Meeting, index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#meetings.map(of));
  }
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [first: T[], second: T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Who was where when the fault came. */
function placesInWords(rooms: readonly ReadonlyMap<ParticipantId, string>[]): string {
  const inRoom = (nodes: ReadonlyMap<ParticipantId, string>): string =>
    [...nodes].map(([who, node]) => `${who} on ${/^.*?-\d+(?=-)/.exec(node)?.[0] ?? node}`).join(', ');
  return rooms.map(inRoom).join('; ');
}

function detoursInWords({ fallbackMs, returnMs }: Detours): string {
  const after = (ms: number | null): string => (ms === null ? 'never' : `after ${Math.round(ms)} ms`);
  return `everybody saw the sources ${after(fallbackMs)}, and reencoded pictures again ${after(returnMs)}`;
}
