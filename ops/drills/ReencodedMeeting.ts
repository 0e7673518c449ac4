import type { ParticipantId } from '../../core/room/state.ts';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import type { Span } from './checks/gaps.ts';
import type { Problem } from './problems.ts';
import type { Recording } from './Recording.ts';

/** When the last viewer had switched, in ms since the fault; null if a viewer never did. */
export interface Detours {
  readonly fallbackMs: number | null;
  readonly returnMs: number | null;
  readonly problems: readonly Omit<Problem, 'round'>[];
}

interface Picture {
  readonly receiver: ParticipantId;
  readonly publisherId: ParticipantId;
  /** The producer whose frames are shown. */
  readonly producerId: string | null;
}

/**
 * A meeting whose cameras all pass through the reencoder. Checks the path of each picture, and that no event is
 * emitted.
 */
export class ReencodedMeeting {
  readonly #clients: readonly DrillClient[];
  /** Producers of the cameras themselves. They stay: a fault of the reencoder does not touch them. */
  readonly #sourceOf = new Map<ParticipantId, string>();

  constructor(clients: readonly DrillClient[]) {
    this.#clients = clients;
  }

  /** Notes the sources that everybody sees now and asks the room to reencode. `missing` then tells when it does. */
  async begin(): Promise<void> {
    for (const { publisherId, producerId } of await this.#pictures()) {
      if (producerId !== null) this.#sourceOf.set(publisherId, producerId);
    }
    await this.#clients[0]?.reencodeRoom();
  }

  /** Returns null if everybody sees everybody reencoded, else who does not. */
  async missing(): Promise<string | null> {
    const direct = (await this.#pictures()).find(
      ({ publisherId, producerId }) => producerId === null || producerId === this.#sourceOf.get(publisherId),
    );
    return direct ? `${direct.receiver} sees ${direct.publisherId} without the reencoder` : null;
  }

  /** The effect of a fault on all viewers. Call it when `missing` returns null again and the recording is complete. */
  async detours(recording: Recording, span: Span): Promise<Detours> {
    const detours = recording.detours(span.from, this.#sourceOf);
    const problems = detours.flatMap(({ receiver, publisher, fallbackMs, returnMs }) => {
      const evidence = { kind: 'detour', publisher, faultAt: span.from } as const;
      const found = (what: string) => [{ what, who: receiver, evidence }];
      if (fallbackMs === null) return found(`${receiver} never went back to the source of ${publisher}`);
      return returnMs === null ? found(`${receiver} never came back to the reencoded picture of ${publisher}`) : [];
    });
    return {
      fallbackMs: last(detours.map(({ fallbackMs }) => fallbackMs)),
      returnMs: last(detours.map(({ returnMs }) => returnMs)),
      problems: [...problems, ...(await this.#toldWithin(span))],
    };
  }

  async #pictures(): Promise<readonly Picture[]> {
    const pictures = this.#clients.map(async (client) => {
      const { remoteTracks } = await client.status();
      return remoteTracks
        .filter(({ kind }) => kind === 'video')
        .map(({ publisherId, producerId }) => ({ receiver: client.participantId, publisherId, producerId }));
    });
    return (await Promise.all(pictures)).flat();
  }

  async #toldWithin({ from, to }: Span): Promise<Omit<Problem, 'round'>[]> {
    const statuses = await Promise.all(this.#clients.map((client) => client.status()));
    return statuses.flatMap(({ announcements }, index) => {
      const who = this.#clients[index]?.participantId ?? '';
      return announcements
        .filter(({ at }) => at >= from && at <= to)
        .map((announcement) => ({
          what: `${who} got an event: ${announcement.what}`,
          who,
          evidence: { kind: 'told', announcement, faultAt: from } as const,
        }));
    });
  }
}

function last(times: readonly (number | null)[]): number | null {
  return times.reduce<number | null>(
    (latest, time) => (latest === null || time === null ? null : Math.max(latest, time)),
    0,
  );
}
