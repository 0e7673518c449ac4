import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { Coturn } from '../../support/Coturn.ts';
import { networkAddress } from '../../support/networkAddress.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

declare global {
  /** The peer connections that a page has made, oldest first. */
  var peerConnections: RTCPeerConnection[];
}

let coturn: Coturn;
let deployment: PrivateDeployment;
let browser: Browser;

beforeAll(async () => {
  coturn = await Coturn.start(networkAddress());
  const settings = {
    ANNOUNCED_ADDRESS: networkAddress(),
    TURN_URLS: coturn.urls,
    TURN_SECRET: coturn.secret,
    OPEN_ROOM_CREATION: 'yes',
  };
  [deployment, browser] = await Promise.all([PrivateDeployment.start({ workers: 1, settings }), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await deployment?.stop();
  await coturn?.stop();
});

/** A browser whose firewall lets nothing through to media ports: all that is left to it are relays. */
async function openBehindFirewall(): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    globalThis.peerConnections = [];
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration: RTCConfiguration = {}) {
        super({ ...configuration, iceTransportPolicy: 'relay' });
        globalThis.peerConnections.push(this);
      }
      override setConfiguration(configuration: RTCConfiguration = {}): void {
        super.setConfiguration({ ...configuration, iceTransportPolicy: 'relay' });
      }
    };
  });
  return context;
}

/** Returns how the open peer connections reach the server, such as `relay tcp`. */
function waysOut(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const ways: string[] = [];
    for (const connection of globalThis.peerConnections) {
      if (connection.connectionState !== 'connected') continue;
      const stats = await connection.getStats();
      for (const transport of stats.values()) {
        if (transport.type !== 'transport') continue;
        const local = stats.get(stats.get(transport.selectedCandidatePairId)?.localCandidateId);
        ways.push(`${local?.candidateType} ${local?.relayProtocol}`);
      }
    }
    return ways;
  });
}

it('media flow through a relay where no media port is reached, also after the server was killed', async () => {
  const contexts = [await openBehindFirewall(), await openBehindFirewall()] as const;
  const ada = await MeetingPage.openIn(contexts[0], deployment.url);
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  const bob = await MeetingPage.openIn(contexts[1], ada.page.url());
  await bob.join('Bob');
  await bob.isIn();
  await Promise.all([ada.sees('Bob'), bob.sees('Ada'), ada.hears()]);
  expect(new Set(await waysOut(ada.page))).toEqual(new Set(['relay tcp']));

  const usersBefore = new Set(coturn.users);
  const { serverPid } = await supervisorState(deployment);
  for (const page of [ada, bob]) page.expectLossOfServer();
  signalProcess(serverPid, 'SIGKILL');
  await waitUntil(async () => (await supervisorState(deployment)).serverPid !== serverPid || 'no standby takes over');
  await waitUntil(() => coturn.users.some((user) => !usersBefore.has(user)) || 'nobody comes with new credentials');
  await Promise.all([ada.sees('Bob'), bob.sees('Ada'), ada.hears()]);
  expect(new Set(await waysOut(bob.page))).toEqual(new Set(['relay tcp']));
  expect([...ada.problems, ...bob.problems]).toEqual([]);
  for (const context of contexts) await context.close();
});
