import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { networkAddress } from '../../support/networkAddress.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

let deployment: PrivateDeployment;
let browser: Browser;
let url: string;

beforeAll(async () => {
  const settings = { HOST: networkAddress(), NODE_URL: '', ANNOUNCED_ADDRESS: '', OPEN_ROOM_CREATION: 'yes' };
  [deployment, browser] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings, args: ['--lan'] }),
    launchChromium(),
  ]);
  url = (await supervisorState(deployment)).url ?? '';
});

afterAll(async () => {
  await browser?.close();
  await deployment?.stop();
});

/** Chromium's own page for a certificate that it does not know. */
async function clickThroughWarning(page: Page): Promise<void> {
  await page.locator('#details-button').click();
  await page.locator('#proceed-link').click();
}

it('with --lan a phone gets camera and meeting after one click through the warning, also after a kill', async () => {
  expect(url).toMatch(/^https:\/\/[\d.]+:\d+$/);
  expect(await deployment.logTail()).toContain('Their browser warns once');

  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(url).catch((error: Error) => expect(error.message).toContain('ERR_CERT_AUTHORITY_INVALID'));
  await clickThroughWarning(page);
  await page.getByRole('button', { name: 'New meeting' }).waitFor();
  expect(await page.evaluate(() => isSecureContext && 'mediaDevices' in navigator)).toBe(true);

  await page.getByRole('button', { name: 'New meeting' }).click();
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Join now' }).click();
  await page.getByRole('button', { name: 'Leave the meeting' }).waitFor();

  const bob = await MeetingPage.openIn(context, page.url());
  await bob.join('Bob');
  await bob.isIn();
  await bob.sees('Ada');
  const { serverPid } = await supervisorState(deployment);
  signalProcess(serverPid, 'SIGKILL');
  await waitUntil(async () => (await supervisorState(deployment)).serverPid !== serverPid || 'no standby takes over');
  await bob.sees('Ada');
  expect(bob.problems).toEqual([]);
  await context.close();
});
