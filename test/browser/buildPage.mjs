import { ensurePage } from '../../ops/setup/page.mjs';

/** Builds the meeting page once, as it is shipped: all tests whose servers serve it share its folder. */
export async function setup() {
  await ensurePage({ node: process.execPath, env: process.env }, () => undefined);
}
