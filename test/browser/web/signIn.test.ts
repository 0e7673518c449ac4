import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { freePort } from '../../../ops/kit/freePort.ts';
import { CLIENT_ID, CLIENT_SECRET, SignInProvider } from '../../support/SignInProvider.ts';
import { MeetingPage } from './MeetingPage.ts';

let deployment: PrivateDeployment;
let provider: SignInProvider;
let browser: Browser;

beforeAll(async () => {
  const port = await freePort();
  const settings = {
    OIDC_ISSUER: `http://127.0.0.1:${port}`,
    OIDC_CLIENT_ID: CLIENT_ID,
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OPEN_ROOM_CREATION: 'signed-in',
  };
  [deployment, browser] = await Promise.all([PrivateDeployment.start({ workers: 1, settings }), launchChromium()]);
  provider = await SignInProvider.start([`${deployment.url}/sign-in/callback`], port);
});

afterAll(async () => {
  await browser?.close();
  await provider?.close();
  await deployment?.stop();
});

it('somebody signs in on the first page, meets others under that name over a reload, and signs out', async () => {
  const ann = await MeetingPage.open(browser, deployment.url);
  await ann.page.getByText('Whoever starts a meeting here signs in first.').waitFor();
  expect(await ann.page.getByText('no account').count()).toBe(0);

  provider.signsIn = null;
  await ann.button('Sign in').click();
  await ann.page.getByText('Signing in did not work').waitFor();
  provider.signsIn = 'ann';
  await ann.button('Try again').click();
  await ann.page.getByText('Signed in as Ann Archer').waitFor();
  expect(new URL(ann.page.url()).pathname).toBe('/');

  await ann.button('New meeting').click();
  await ann.page.getByText('Signed in as Ann Archer').waitFor();
  await ann.button('Join now').click();
  await ann.isIn();
  const link = ann.page.url();
  const guest = await MeetingPage.open(browser, link);
  await guest.page.getByText('You join as a guest.').waitFor();
  await guest.join('Gast');
  await guest.sees('Ann Archer');
  await guest.tile('Ann Archer').getByText('Name verified:').waitFor({ state: 'attached' });
  await ann.tile('Gast').waitFor();

  await ann.page.reload();
  await ann.isIn();
  await guest.sees('Ann Archer');
  await guest.tile('Ann Archer').getByText('Name verified:').waitFor({ state: 'attached' });

  // What the provider's own pages do is not judged.
  expect([...ann.problems, ...guest.problems]).toEqual([]);
  await ann.button('Leave the meeting').click();
  await ann.page.goto(deployment.url);
  await ann.button('Sign out').click();
  // The provider asks before it forgets people itself.
  await ann.button('Yes, sign me out').click();
  await ann.page.getByText('Whoever starts a meeting here signs in first.').waitFor();
  await Promise.all([ann.close(), guest.close()]);
});
