import { describe, expect, it } from 'vitest';
import { isCalm } from './PageUpgrade.ts';
import { reloadOnce, serverOf } from './reloadOnce.ts';

const QUIET = { isHidden: false, hasUnsentInput: false, mediaFlows: false, noticeAgeMs: 5_000 };

describe('a page that is out of date', () => {
  it('an outdated page loads itself again once the person could read why', () => {
    expect(isCalm(QUIET)).toBe(true);
    expect(isCalm({ ...QUIET, noticeAgeMs: 500 })).toBe(false);
  });

  it('an outdated page loads itself again at once while nobody looks at it', () => {
    expect(isCalm({ ...QUIET, isHidden: true, noticeAgeMs: 0, mediaFlows: true })).toBe(true);
  });

  it('an outdated page waits while people can be seen and heard, but not for long', () => {
    expect(isCalm({ ...QUIET, mediaFlows: true })).toBe(false);
    expect(isCalm({ ...QUIET, mediaFlows: true, noticeAgeMs: 61_000 })).toBe(true);
  });

  it('an outdated page never throws away what somebody is writing', () => {
    expect(isCalm({ ...QUIET, hasUnsentInput: true, noticeAgeMs: 600_000 })).toBe(false);
    expect(isCalm({ ...QUIET, hasUnsentInput: true, isHidden: true })).toBe(false);
  });

  it('an outdated page loads itself again once for each version of the servers, never in a loop', () => {
    const kept = new Map<string, string>();
    let reloads = 0;
    const page = {
      reload: () => {
        reloads += 1;
      },
      storage: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
      },
    };
    expect([reloadOnce(page, serverOf({ protocol: 4 })), reloadOnce(page, serverOf({ protocol: 4 }))]).toEqual([
      true,
      false,
    ]);
    expect(reloadOnce(page, serverOf({ protocol: 5 }))).toBe(true);
    expect([reloadOnce(page, serverOf(new Error('?'))), reloadOnce(page, serverOf(null))]).toEqual([true, false]);
    expect(reloads).toBe(3);
  });

  it('an outdated page does not load itself again if it could not remember that it did', () => {
    const storage = {
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      },
    };
    expect(reloadOnce({ reload: () => expect.unreachable('reloaded'), storage }, 'protocol 4')).toBe(false);
  });
});
