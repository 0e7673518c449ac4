import { ensurePage } from '../../ops/setup/page.mjs';

/** Builds the meeting page once, as it is shipped: the tests whose servers give it out share its folder. */
export async function setup() {
  await ensurePage({ node: process.execPath, env: process.env }, () => undefined);
}
