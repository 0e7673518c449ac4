import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { RoomApi } from '../../../ops/kit/RoomApi.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { NetworkPath } from './NetworkPath.ts';
import { bundleSdk, SdkPage } from './SdkPage.ts';
import type { TestPage } from './sdk.page.ts';

declare const testPage: TestPage;

/** The interval of the beeps of Chromium's fake microphone. */
const BEEP_EVERY_MS = 1_000;
/** Earlier sound stays in the receiver's jitter buffer for at most this long; nothing reports when it was played. */
const SOUND_ON_ITS_WAY_MS = 500;

describe('the SDK in Chromium', () => {
  let path: NetworkPath;
  let deployment: PrivateDeployment;
  let browser: Browser;
  let bundle: string;
  let api: RoomApi;
  let pages: SdkPage[] = [];

  beforeAll(async () => {
    path = await NetworkPath.open();
    [bundle, deployment, browser] = await Promise.all([
      bundleSdk(),
      PrivateDeployment.start({ workers: 1, settings: { NODE_URL: path.url } }),
      launchChromium([], { framesPerSecond: 15 }),
    ]);
    path.targetPort = Number(new URL(deployment.url).port);
    api = new RoomApi(deployment);
  });

  afterEach(async () => {
    await Promise.all(pages.map((page) => page.close()));
    pages = [];
  });

  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
    await path?.close();
  });

  async function enter(roomId: string, participantId: string): Promise<SdkPage> {
    const page = await SdkPage.open(browser, path.url, bundle, participantId);
    pages.push(page);
    await page.join(path.url, await api.joinToken(roomId, participantId));
    return page;
  }

  async function enterWithMedia(roomId: string, participantId: string): Promise<SdkPage> {
    const page = await enter(roomId, participantId);
    await page.page.evaluate(async () => {
      const me = testPage.room.localParticipant;
      await Promise.all([me.setCameraEnabled(true, { height: 360 }), me.setMicrophoneEnabled(true)]);
    });
    return page;
  }

  async function hostToken(roomId: string): Promise<string> {
    const response = await fetch(`${deployment.url}/api/rooms/${roomId}/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${deployment.apiSecret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ participantId: 'host', role: 'host' }),
    });
    const { token } = (await response.json()) as { token: string };
    return token;
  }

  async function seesAndHears(viewer: SdkPage, publisher: SdkPage): Promise<void> {
    const { participantId: id } = publisher;
    await waitUntil(async () => (await viewer.recentFrames(id)) > 5 || `${viewer.participantId} does not see ${id}`);
    await hears(viewer, id);
  }

  async function hears(viewer: SdkPage, id: string): Promise<void> {
    const beep = () => viewer.loudest(id, BEEP_EVERY_MS, 0.1);
    await waitUntil(async () => (await beep()) > 0.1 || `${viewer.participantId} does not hear ${id}`);
  }

  /** Checks that the microphone stays silent for the time of three beeps. */
  async function staysSilent(viewer: SdkPage, id: string): Promise<void> {
    expect(await viewer.loudest(id, 3 * BEEP_EVERY_MS)).toBeLessThan(0.05);
  }

  async function serverPid(): Promise<number> {
    const { serverPid } = await supervisorState(deployment);
    if (serverPid === null) throw new Error('no server runs');
    return serverPid;
  }

  async function killServer(): Promise<void> {
    const pid = await serverPid();
    process.kill(pid, 'SIGKILL');
    await waitUntil(async () => {
      const { serverPid } = await supervisorState(deployment);
      return (serverPid !== null && serverPid !== pid) || 'no server took over';
    });
  }

  it('two participants see and hear each other', async () => {
    const roomId = await api.createRoom('call');
    const a = await enterWithMedia(roomId, 'a');
    const b = await enterWithMedia(roomId, 'b');
    await Promise.all([seesAndHears(a, b), seesAndHears(b, a)]);
    expect(await b.events()).not.toContain('trackUnsubscribed camera of a');
  });

  it('[M2] a killed server opens no microphone, shows nobody leaving, and chat goes on in its order [C1]', async () => {
    const roomId = await api.createRoom('survival');
    const a = await enterWithMedia(roomId, 'a');
    const b = await enterWithMedia(roomId, 'b');
    await Promise.all([seesAndHears(a, b), seesAndHears(b, a)]);
    await a.page.evaluate(() => testPage.room.localParticipant.mute('microphone'));
    const before = (await b.events()).length;

    const killedAt = Date.now();
    await killServer();
    await a.page.evaluate(() => ['one', 'two', 'three'].map((text) => testPage.room.chat.send(text)));
    await waitUntil(async () => {
      const recoveries = await Promise.all([a, b].map((page) => page.page.evaluate(() => testPage.room.recoveries)));
      return recoveries.every((count) => count > 0) || `recoveries ${recoveries}`;
    });
    await waitUntil(async () => (await b.recentFrames('a', 500)) > 3 || 'b does not see a again');
    await hears(a, 'b');
    await staysSilent(b, 'a');
    await waitUntil(async () => {
      const texts = await b.page.evaluate(() => testPage.room.chat.messages.map(({ text }) => text));
      return JSON.stringify(texts) === '["one","two","three"]' || `b has ${texts}`;
    });
    expect((await b.events()).slice(before).filter((event) => !/^(re)?connect/.test(event))).toEqual([]);
    const black = await b.page.evaluate(() => testPage.blackFrames.a ?? []);
    expect(black.filter((time) => time > killedAt)).toEqual([]);

    await a.page.evaluate(() => testPage.room.localParticipant.unmute('microphone'));
    await hears(b, 'a');
  });

  it('a server that hangs is noticed by its silence', async () => {
    const roomId = await api.createRoom('silence');
    const a = await enterWithMedia(roomId, 'a');
    const b = await enterWithMedia(roomId, 'b');
    await seesAndHears(a, b);
    const pid = await serverPid();
    const hung = [pid, ...(await childrenOf(pid))];
    for (const each of hung) process.kill(each, 'SIGSTOP');
    try {
      await waitUntil(async () => (await a.events()).includes('reconnecting') || 'a has not noticed');
    } finally {
      for (const each of hung) process.kill(each, 'SIGKILL');
    }
    await waitUntil(
      async () => (await a.page.evaluate(() => testPage.room.state)) === 'connected' || 'a is not back',
      60_000,
    );
    await Promise.all([seesAndHears(a, b), seesAndHears(b, a)]);
  });

  it('a host mutes somebody, and only that person can be heard again', async () => {
    const roomId = await api.createRoom('moderation');
    const a = await enterWithMedia(roomId, 'a');
    const host = await SdkPage.open(browser, path.url, bundle, 'host');
    pages.push(host);
    await host.join(path.url, await hostToken(roomId));
    await hears(host, 'a');
    await host.page.evaluate(() => {
      const { room } = testPage;
      const track = room.participants.get('a')?.publication('microphone');
      return room.controls.muteTrack('a', track?.trackId ?? '');
    });
    await waitUntil(
      async () =>
        !(await a.page.evaluate(() => testPage.room.localParticipant.isMicrophoneEnabled)) || 'a is not muted',
    );
    await waitUntil(
      async () => (await host.events()).includes('trackMuted microphone of a') || 'the host does not see it',
    );
    await sleep(SOUND_ON_ITS_WAY_MS);
    await staysSilent(host, 'a');
    await a.page.evaluate(() => testPage.room.localParticipant.setMicrophoneEnabled(true));
    await hears(host, 'a');
  });

  it('a reloaded page goes on as the same participant, muted as before', async () => {
    const roomId = await api.createRoom('reload');
    const a = await enterWithMedia(roomId, 'a');
    const b = await enter(roomId, 'b');
    await seesAndHears(b, a);
    await a.page.evaluate(() => testPage.room.localParticipant.mute('microphone'));
    const before = (await b.events()).length;

    await a.load(path.url, bundle);
    await a.page.evaluate(
      async ([url, roomId]) => {
        await testPage.room.resume(url, roomId);
        const me = testPage.room.localParticipant;
        await Promise.all([me.setCameraEnabled(true, { height: 360 }), me.setMicrophoneEnabled(true)]);
      },
      [path.url, roomId] as const,
    );
    await waitUntil(async () => (await b.recentFrames('a', 500)) > 3 || 'b does not see a again');
    expect((await b.events()).slice(before)).toEqual([]);
    await staysSilent(b, 'a');
  });

  it('[C1] chat that was written while away survives a reload, arrives once and in order', async () => {
    const roomId = await api.createRoom('outbox');
    const a = await enter(roomId, 'a');
    const b = await enter(roomId, 'b');
    path.cut();
    await a.page.evaluate(() => ['one', 'two', 'three'].map((text) => testPage.room.chat.send(text)));
    path.heal();
    await a.load(path.url, bundle);
    await a.page.evaluate(([url, roomId]) => testPage.room.resume(url, roomId), [path.url, roomId] as const);
    for (const page of [a, b]) {
      await waitUntil(async () => {
        const chat = await page.page.evaluate(() =>
          testPage.room.chat.messages.map(({ text, state }) => `${text} ${state}`),
        );
        return JSON.stringify(chat) === '["one sent","two sent","three sent"]' || `${page.participantId} has ${chat}`;
      });
    }
  });

  it('a camera that is switched off goes dark for everybody and comes back', async () => {
    const roomId = await api.createRoom('camera');
    const a = await enterWithMedia(roomId, 'a');
    const b = await enter(roomId, 'b');
    await seesAndHears(b, a);
    await a.page.evaluate(() => testPage.room.localParticipant.setCameraEnabled(false));
    await waitUntil(async () => (await b.recentFrames('a', 300)) === 0 || 'pictures still come');
    expect(await b.events()).toContain('trackMuted camera of a');
    await a.page.evaluate(() => testPage.room.localParticipant.setCameraEnabled(true, { height: 360 }));
    await waitUntil(async () => (await b.recentFrames('a', 500)) > 3 || 'b does not see a again');
  });
});

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}
