import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillClient } from '../../drills/clients/DrillClient.ts';
import { startBot } from '../../drills/clients/startBot.ts';
import type { TestMedia } from '../../drills/clients/testMedia.ts';
import type { Deployment } from '../../drills/deployment/Deployment.ts';
import type { RoomApi } from '../../drills/RoomApi.ts';
import { waitUntilNothingMissing } from '../../drills/waitUntil.ts';
import type { Cleanup } from '../cleanup.ts';

/** All times in ms from the moment at which everybody begins. */
export interface MediaTimes {
  /** Until the room has answered, one for each newcomer. */
  readonly joined: readonly number[];
  /** Until the first picture was decoded, one for each newcomer and publisher. */
  readonly firstPicture: readonly number[];
  /** Until the first packet of sound was played, likewise. */
  readonly firstSound: readonly number[];
}

const LIMIT_MS = 30_000;
/** Bots have loaded their program and libwebrtc, as a page has when a person clicks; the machine comes to rest. */
const SETTLE_MS = 1_500;

/** `newcomers` bots, each in a process of its own, join at one moment a room in which `publishers` others talk already. */
export async function joinWithMedia(
  deployment: Deployment,
  api: RoomApi,
  media: TestMedia,
  { publishers, newcomers }: { readonly publishers: number; readonly newcomers: number },
  cleanup: Cleanup,
): Promise<MediaTimes> {
  const roomId = await api.createRoom('Bench');
  const start = (name: string, count: number): DrillClient[] =>
    Array.from({ length: count }, (_, index) => {
      const bot = startBot(`${name}-${index + 1}`, media);
      cleanup.add(() => bot.close());
      return bot;
    });
  const talking = start('publisher', publishers);
  const coming = start('newcomer', newcomers);
  try {
    const enter = async (bot: DrillClient, token: string, publish: boolean): Promise<void> =>
      bot.join({ url: deployment.url, token, name: bot.participantId, publish });
    const tokens = await Promise.all(coming.map((bot) => api.joinToken(roomId, bot.participantId)));
    await Promise.all(talking.map(async (bot) => enter(bot, await api.joinToken(roomId, bot.participantId), true)));
    await Promise.all(coming.map((bot) => bot.status()));
    await sleep(SETTLE_MS);

    const startedAt = performance.timeOrigin + performance.now();
    const joined = await Promise.all(
      coming.map(async (bot, index) => {
        await enter(bot, tokens[index] ?? '', false);
        return performance.timeOrigin + performance.now() - startedAt;
      }),
    );
    const missing = async (): Promise<string | null> => {
      const statuses = await Promise.all(coming.map((bot) => bot.status()));
      const flowing = statuses
        .flatMap(({ remoteTracks }) => remoteTracks)
        .filter(({ lastFrameAt }) => lastFrameAt !== null);
      const expected = newcomers * publishers * 2;
      return flowing.length === expected ? null : `${flowing.length} of ${expected} tracks flow`;
    };
    await waitUntilNothingMissing('newcomers do not see and hear', missing, LIMIT_MS);
    const frames = (await Promise.all(coming.map((bot) => bot.takeFrames()))).flat();
    const first = (kind: 'audio' | 'video'): number[] =>
      frames.filter((track) => track.kind === kind).map(({ times: [at = Number.NaN] }) => at - startedAt);
    return { joined, firstPicture: first('video'), firstSound: first('audio') };
  } finally {
    await Promise.all([...talking, ...coming].map((bot) => bot.close()));
    await api.closeRoom(roomId);
  }
}
