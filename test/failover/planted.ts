import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../../core/ports.ts';
import type { Commit } from '../../core/room/commit.ts';
import type { Fault } from '../../ops/drills/faults/Fault.ts';
import type { DrillClient } from '../../ops/kit/clients/DrillClient.ts';

/** Plants problems, because drills that cannot fail prove nothing. */

/** A journal that lost the 50th chat message: its commit is there, but empty. */
export function withoutOneMessage(journal: Journal): Journal {
  const messages: string[] = [];
  return {
    ...bound(journal),
    async read(roomId, afterVersion, limit) {
      const commits = await journal.read(roomId, afterVersion, limit);
      return commits.map((commit) => {
        if (!isMessage(commit)) return commit;
        if (!messages.includes(commit.commitId)) messages.push(commit.commitId);
        return commit.commitId === messages[49] ? { ...commit, events: [] } : commit;
      });
    },
  };
}

/** Long enough for every receiver to hear the muted tone. */
const HOT_FOR_MS = 2_000;

/** Opens a microphone that must be silent for a while, without the drill's knowledge: it still hears the muted tone. */
export function unmuteBriefly(silent: DrillClient): Fault {
  return {
    name: 'planted hot mic',
    breaksMedia: false,
    available: () => Promise.resolve(null),
    async inject() {
      const at = Date.now();
      await silent.setMicrophoneMuted(false);
      const heal = async (): Promise<void> => {
        await sleep(HOT_FOR_MS);
        await silent.setMicrophoneMuted(true);
      };
      return { at, what: 'microphone opened', heal, replaced: () => Promise.resolve(null) };
    },
  };
}

function isMessage({ events }: Commit): boolean {
  return events.some(({ type }) => type === 'ChatPosted');
}

function bound(journal: Journal): Journal {
  return {
    append: (...args) => journal.append(...args),
    read: (...args) => journal.read(...args),
    position: (...args) => journal.position(...args),
    follow: (...args) => journal.follow(...args),
    loadSnapshot: (...args) => journal.loadSnapshot(...args),
    saveSnapshot: (...args) => journal.saveSnapshot(...args),
    forgetRoom: (...args) => journal.forgetRoom(...args),
    get available() {
      return journal.available;
    },
    onAvailability: (listener) => journal.onAvailability(listener),
  };
}
