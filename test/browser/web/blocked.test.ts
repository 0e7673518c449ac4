import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { freePorts } from '../../../ops/kit/freePort.ts';
import { MappedPort } from '../../support/MappedPort.ts';
import { MeetingPage } from './MeetingPage.ts';

let deployment: PrivateDeployment;
let browser: Browser;
let announcedPort: number;
let mapped: MappedPort;

beforeAll(async () => {
  const [mediaPort = 0] = await freePorts(2);
  [announcedPort = 0] = await freePorts(2);
  mapped = new MappedPort(announcedPort, mediaPort);
  const settings = {
    MEDIA_PORT: String(mediaPort),
    ANNOUNCED_ADDRESS: `127.0.0.1:${announcedPort}`,
    OPEN_ROOM_CREATION: 'yes',
  };
  [deployment, browser] = await Promise.all([PrivateDeployment.start({ workers: 1, settings }), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await deployment?.stop();
  await mapped?.close();
});

it('a page whose media are blocked says so, its buttons too, until the announced port leads to the server', async () => {
  expect(await deployment.logTail()).toContain(`Media: UDP and TCP to 127.0.0.1:${announcedPort}-${announcedPort + 1}`);
  const ada = await MeetingPage.open(browser, deployment.url);
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  const bob = await MeetingPage.open(browser, ada.page.url());
  await bob.join('Bob');
  await bob.isIn();

  const notice = bob.page.getByRole('alert').filter({ hasText: 'Nobody hears or sees you' });
  await notice.getByText(`UDP and TCP to 127.0.0.1:${announcedPort} are blocked.`).waitFor();
  await bob.button('Turn microphone off (nobody hears you)').waitFor();
  await bob.button('Turn camera off (nobody sees you)').waitFor();

  await mapped.open();
  await notice.waitFor({ state: 'detached' });
  await bob.button('Turn microphone off').waitFor();
  await Promise.all([ada.sees('Bob'), bob.sees('Ada'), ada.hears()]);
  expect([...ada.problems, ...bob.problems]).toEqual([]);
  await Promise.all([ada.close(), bob.close()]);
});
