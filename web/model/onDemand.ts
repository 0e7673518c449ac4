import { serverAnswers } from '../lib/api.ts';
import { thisPage } from '../lib/thisPage.ts';
import { reloadOnce } from './reloadOnce.ts';

/**
 * Loads a part of the page by `load`, an `import()`. A server of a newer build no longer has the part: then the page
 * loads itself again, once for each build, and the promise stays open meanwhile.
 * @throws an error with the code UNREACHABLE
 */
export async function onDemand<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    if ((await serverAnswers()) && reloadOnce(thisPage, `not ${import.meta.url}`)) {
      return new Promise(() => undefined);
    }
    throw Object.assign(new Error('a part of the page does not load', { cause }), { code: 'UNREACHABLE' });
  }
}
