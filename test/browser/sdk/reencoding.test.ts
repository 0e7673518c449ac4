import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMediaPlane } from '../../../core/media/createMediaPlane.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { MediaPath } from '../../../core/media/RoomMedia.ts';
import type { ReencodingJob } from '../../../core/reencoding/messages.ts';
import type { ReencodingPort } from '../../../core/reencoding/ports.ts';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { FakeSidecar, recordLayers } from '../../integration/media/FakeSidecar.ts';
import { clock, TestLogger, TestNode } from '../../integration/signaling/TestNode.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { NetworkPath } from './NetworkPath.ts';
import { bundleSdk, SdkPage } from './SdkPage.ts';
import type { TestPage } from './sdk.page.ts';

declare const testPage: TestPage;

const NODE_ID = 'node-1';

describe('a reencoded camera in Chromium', () => {
  const jobs = new Map<string, ReencodingJob>();
  let media: MediaPlane;
  let desk: ReencodingPort;
  let node: TestNode;
  let path: NetworkPath;
  let browser: Browser;
  let bundle: string;
  let recording: readonly (readonly Buffer[])[];
  let pages: SdkPage[] = [];
  let sidecars: FakeSidecar[] = [];
  let attempt = 0;

  beforeAll(async () => {
    const queue = {
      add: async (job: ReencodingJob) => void jobs.set(job.jobId, job),
      remove: async (jobId: string) => void jobs.delete(jobId),
    };
    path = await NetworkPath.open();
    [media, browser, bundle, recording] = await Promise.all([
      createMediaPlane({
        workers: 1,
        listen: [{ ip: '127.0.0.1' }],
        basePort: 0,
        nodeId: NODE_ID,
        reencoding: { queue, nodeUrl: 'http://localhost' },
        clock,
        logger: new TestLogger(),
      }),
      launchChromium([], { framesPerSecond: 15 }),
      bundleSdk(),
      recordLayers(),
    ]);
    if (!media.reencoding) throw new Error('there is no desk');
    desk = media.reencoding;
    await media.listen();
    node = await TestNode.start({ engine: 'ws', store: new InMemoryJournalStore(), nodeId: NODE_ID, media });
    path.targetPort = node.port;
  });

  afterEach(async () => {
    await Promise.all(pages.map((page) => page.close()));
    for (const sidecar of sidecars) sidecar.close();
    [pages, sidecars] = [[], []];
    jobs.clear();
  });

  afterAll(async () => {
    await browser?.close();
    await node?.close();
    await media?.close();
    await path?.close();
  });

  async function enter(roomId: string, participantId: string, url = node.url): Promise<SdkPage> {
    const page = await SdkPage.open(browser, url, bundle, participantId);
    pages.push(page);
    await page.join(url, await node.joinToken(roomId, participantId, participantId === 'host' ? 'host' : 'member'));
    return page;
  }

  /** Sets up a room whose host shows a camera and wants it reencoded, and a viewer who sees it as it was published. */
  async function presentation(viewerUrl = node.url): Promise<{ roomId: string; viewer: SdkPage }> {
    const roomId = await node.createRoom();
    const host = await enter(roomId, 'host');
    await host.page.evaluate(() => testPage.room.localParticipant.setCameraEnabled(true, { height: 360 }));
    const viewer = await enter(roomId, 'viewer', viewerUrl);
    await sees(viewer, roomId, 'source');
    await host.page.evaluate(() => testPage.room.controls.setReencodingPolicy({ mode: 'on' }));
    return { roomId, viewer };
  }

  async function takeJob(): Promise<FakeSidecar> {
    await waitUntil(() => jobs.size > 0 || 'no job is queued');
    const [jobId = ''] = jobs.keys();
    attempt += 1;
    const sidecar = await FakeSidecar.open(desk, recording, `sidecar-${attempt}`);
    sidecars.push(sidecar);
    await sidecar.attach(jobId, attempt);
    expect(sidecar.answer?.type).toBe('attached');
    return sidecar;
  }

  /** Waits until five pictures were shown that came this way. */
  async function sees(viewer: SdkPage, roomId: string, expected: MediaPath): Promise<void> {
    let from: number | null = null;
    await waitUntil(async () => {
      const { producerId, frames } = await viewer.page.evaluate(() => ({
        producerId: testPage.room.participants.get('host')?.publication('camera')?.track?.consumer?.producerId,
        frames: testPage.frames.host?.length ?? 0,
      }));
      const { producers } = node.hosts.get(roomId)?.media.inventory() ?? { producers: [] };
      const path = producers.find((producer) => producer.producerId === producerId)?.path ?? 'nothing';
      from = path === expected ? (from ?? frames) : null;
      return (from !== null && frames >= from + 5) || `${viewer.participantId} is shown ${path}, ${frames} frames`;
    });
  }

  function shownBy(viewer: SdkPage): Promise<number> {
    return viewer.page.evaluate(() => testPage.frames.host?.length ?? 0);
  }

  /** Returns the most renderings of the page, 60 a second, between two pictures; `from` counts pictures. */
  function longestGap(viewer: SdkPage, from: number): Promise<number> {
    return viewer.page.evaluate((from) => {
      const beats = (testPage.beats.host ?? []).slice(Math.max(0, from - 1));
      return Math.max(...beats.slice(1).map((beat, index) => beat - (beats[index] ?? beat)));
    }, from);
  }

  function blackFrames(viewer: SdkPage): Promise<number> {
    return viewer.page.evaluate(() => testPage.blackFrames.host?.length ?? 0);
  }

  it('viewers move to the reencoded camera, back when its sidecar dies, and forward, without a hole', async () => {
    const { roomId, viewer } = await presentation();
    const before = (await viewer.events()).length;
    let from = await shownBy(viewer);
    const first = await takeJob();
    await sees(viewer, roomId, 'reencoded');
    expect(await longestGap(viewer, from)).toBeLessThan(36);
    await waitUntil(
      async () =>
        (await viewer.page.evaluate(
          () => testPage.room.participants.get('host')?.publication('camera')?.reencoded === true,
        )) || 'the publication is not marked',
    );

    from = await shownBy(viewer);
    first.die();
    await sees(viewer, roomId, 'source');
    expect(await longestGap(viewer, from)).toBeLessThan(48);

    from = await shownBy(viewer);
    await takeJob();
    await sees(viewer, roomId, 'reencoded');
    expect(await longestGap(viewer, from)).toBeLessThan(36);
    expect((await viewer.events()).slice(before)).toEqual([]);
    expect(await blackFrames(viewer)).toBe(0);
  });

  it('viewers who come later, or come back after a lost connection, see the reencoded camera at once', async () => {
    const { roomId, viewer } = await presentation(path.url);
    await takeJob();
    await sees(viewer, roomId, 'reencoded');
    await sees(await enter(roomId, 'latecomer'), roomId, 'reencoded');

    path.cut();
    await waitUntil(async () => (await viewer.events()).includes('reconnecting') || 'the viewer has not noticed');
    path.heal();
    await waitUntil(async () => (await viewer.page.evaluate(() => testPage.room.recoveries)) > 0 || 'not back');
    await sees(viewer, roomId, 'reencoded');
    expect(await viewer.events()).not.toContain('trackUnsubscribed camera of host');
    expect(await blackFrames(viewer)).toBe(0);
  });

  it('a camera that is switched off stays dark, whoever carries it, and comes back', async () => {
    const { roomId, viewer } = await presentation();
    await takeJob();
    await sees(viewer, roomId, 'reencoded');
    const [host] = pages;
    await host?.page.evaluate(() => testPage.room.localParticipant.setCameraEnabled(false));
    await waitUntil(async () => (await viewer.recentFrames('host', 400)) === 0 || 'pictures still come');
    await host?.page.evaluate(() => testPage.room.localParticipant.setCameraEnabled(true, { height: 360 }));
    await waitUntil(async () => (await viewer.recentFrames('host', 500)) > 3 || 'no pictures come');
  });
});
