import type { Cleanup } from '../../kit/cleanup.ts';
import { startBot } from '../../kit/clients/startBot.ts';
import { childrenOf } from '../../kit/deployment/processes.ts';
import type { TestMedia } from '../../kit/testMedia.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import type { Newcomers, Person } from './Newcomers.ts';

const LIMIT_MS = 30_000;

/** Newcomers on libwebrtc, each in its own process. Their program is loaded, as a page is when a person clicks. */
export async function startWatchers(
  url: string,
  people: readonly Person[],
  publishers: number,
  media: TestMedia,
  cleanup: Cleanup,
): Promise<Newcomers> {
  const before = childrenOf(process.pid, '');
  const bots = people.map(({ name }) => {
    const bot = startBot(name, media);
    cleanup.add(() => bot.close());
    return bot;
  });
  await Promise.all(bots.map((bot) => bot.status()));
  return {
    pids: childrenOf(process.pid, '').filter((pid) => !before.includes(pid)),
    async join() {
      const joined = await Promise.all(
        bots.map(async (bot, index) => {
          await bot.join({ url, token: people[index]?.token ?? '', name: bot.participantId, publish: false });
          return performance.timeOrigin + performance.now();
        }),
      );
      const missing = async (): Promise<string | null> => {
        const statuses = await Promise.all(bots.map((bot) => bot.status()));
        const tracks = statuses.flatMap(({ remoteTracks }) => remoteTracks);
        const flowing = tracks.filter(({ lastFrameAt }) => lastFrameAt !== null).length;
        const expected = bots.length * publishers * 2;
        return flowing === expected ? null : `${flowing} of ${expected} tracks flow`;
      };
      await waitUntilNothingMissing('newcomers do not see and hear', missing, LIMIT_MS);
      const frames = (await Promise.all(bots.map((bot) => bot.takeFrames()))).flat();
      const first = (kind: 'audio' | 'video'): number[] =>
        frames.filter((track) => track.kind === kind).map(({ times: [at = Number.NaN] }) => at);
      return { joined, firstPicture: first('video'), firstSound: first('audio') };
    },
    async close() {
      await Promise.all(bots.map((bot) => bot.close()));
    },
  };
}
