import { expect, it } from 'vitest';
import { mediaProblemOf } from './mediaProblem.ts';
import { type PermissionHelp, permissionHelpFor } from './permissionHelp.ts';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36';

it.each<[string, number, PermissionHelp]>([
  [`${MAC} ${CHROME}`, 0, 'chrome'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/139.0.0.0`, 0, 'chrome'],
  [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`, 0, 'safari'],
  [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`, 5, 'ios'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/139.0 Mobile/15E148', 5, 'ios'],
  [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME}`, 5, 'androidChrome'],
  ['Mozilla/5.0 (Android 15; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0', 5, 'androidFirefox'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0', 0, 'firefox'],
])('people of %s with %i touch points get the help for %s', (userAgent, touchPoints, help) => {
  expect(permissionHelpFor('denied', userAgent, touchPoints)).toBe(help);
});

it('what the system forbids is told from what the person forbade', () => {
  expect(mediaProblemOf(new DOMException('Permission denied by system', 'NotAllowedError'))).toBe('system');
  expect(mediaProblemOf(new DOMException('Permission denied', 'NotAllowedError'))).toBe('denied');
  expect(permissionHelpFor('system', `${MAC} ${CHROME}`, 0)).toBe('macos');
  expect(permissionHelpFor('system', `Mozilla/5.0 (Windows NT 10.0) ${CHROME}`, 0)).toBe('windows');
  expect(permissionHelpFor('missing', MAC, 0)).toBeNull();
});
