import { expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { DOUBTED_AFTER_MS, FENCE_MARGIN_MS, isDead, type PeerLink } from './judgeNode.ts';
import { type Contact, type Outlook, standingOf } from './standing.ts';

const ms = fc.integer({ min: 0, max: 60_000 });
const contact: fc.Arbitrary<Contact> = fc.record({ silentMs: ms, servedMs: ms });
const fenceAfterMs = fc.integer({ min: 4_000, max: 20_000 });
const peers = fc.array(fc.option(contact), { maxLength: 4 });
const outlook: fc.Arbitrary<Outlook> = fc.record({ own: contact, peers, fenceAfterMs });
const link = fc.constantFrom<PeerLink>('connected', 'closed', 'silent', 'none');
const evidence = fc.record({ silentMs: ms, watchedMs: ms, link, isReplaced: fc.boolean() });

const lacking: Contact = { silentMs: 50_000, servedMs: 0 };
const serving: Contact = { silentMs: 500, servedMs: 60_000 };
const SILENT = 11_000;
const outlookOf = (silentMs: number, ...others: (Contact | null)[]): Outlook => ({
  own: { silentMs, servedMs: 90_000 },
  peers: others,
  fenceAfterMs: 10_000,
});

test.each<[string, Outlook, string]>([
  ['Redis takes its signs of life', outlookOf(900, serving), 'in touch'],
  ['there is no other node', outlookOf(600_000), 'in touch'],
  ['nobody has Redis', outlookOf(600_000, lacking, lacking), 'in touch'],
  ['nobody has Redis, and one does not answer', outlookOf(600_000, lacking, null), 'in touch'],
  ['another node has Redis, for a short time', outlookOf(5_000, lacking, serving), 'cut off'],
  ['another node has Redis, for long', outlookOf(SILENT, lacking, serving), 'fenced'],
  ['Redis is just back at another node', outlookOf(600_000, { silentMs: 0, servedMs: 2_000 }), 'cut off'],
  ['nobody answers, for a short time', outlookOf(9_000, null, null), 'in touch'],
  ['nobody answers, for long', outlookOf(SILENT, null, null), 'alone'],
])('[M2] [S1] a node stands right when %s', (_, seen, standing) => {
  expect(standingOf(seen)).toBe(standing);
});

test('[R1] nobody is sent away before the stated time, nor without another node, nor while no node has Redis', () => {
  fc.assert(
    fc.property(outlook, (seen) => {
      const sendsAway = ['fenced', 'alone'].includes(standingOf(seen));
      if (!sendsAway) return;
      expect(seen.own.silentMs).toBeGreaterThan(seen.fenceAfterMs);
      expect(seen.peers.length).toBeGreaterThan(0);
      expect(seen.peers.every((peer) => peer === null || peer.silentMs > DOUBTED_AFTER_MS)).toBe(
        standingOf(seen) === 'alone',
      );
    }),
  );
});

test('[M2] [S1] a node that is fenced stays so, and one that others outlive is fenced, however long Redis is silent', () => {
  fc.assert(
    fc.property(outlook, ms, (seen, moreMs) => {
      const later = { ...seen, own: { ...seen.own, silentMs: seen.own.silentMs + moreMs } };
      if (standingOf(seen) === 'fenced') expect(standingOf(later)).toBe('fenced');
      const outlived = { ...seen, peers: [...seen.peers, serving] };
      if (seen.own.silentMs > seen.fenceAfterMs) expect(standingOf(outlived)).toBe('fenced');
    }),
  );
});

test('[R1] a node whose process may live is found dead only when it has fenced itself', () => {
  fc.assert(
    fc.property(evidence, fenceAfterMs, (seen, fenceAfter) => {
      const dead = isDead(seen, fenceAfter + FENCE_MARGIN_MS);
      if (!dead || seen.link === 'closed' || seen.isReplaced) return;
      // The judge has had Redis for all of this time; the other node looked at it up to 3 s ago.
      const judge: Contact = { silentMs: 0, servedMs: seen.watchedMs };
      const own: Contact = { silentMs: Math.min(seen.silentMs, seen.watchedMs) - FENCE_MARGIN_MS, servedMs: 0 };
      expect(standingOf({ own, peers: [judge], fenceAfterMs: fenceAfter })).toBe('fenced');
      expect(standingOf({ own, peers: [null], fenceAfterMs: fenceAfter })).toBe('alone');
    }),
  );
});

test('[R1] a node is dead soon when its process has ended, and never while Redis hears of it', () => {
  fc.assert(
    fc.property(evidence, fenceAfterMs, (seen, fenceAfter) => {
      const dead = isDead(seen, fenceAfter + FENCE_MARGIN_MS);
      const doubted = Math.min(seen.silentMs, seen.watchedMs) > DOUBTED_AFTER_MS;
      if (!doubted) expect(dead).toBe(false);
      else if (seen.link === 'closed' || seen.isReplaced) expect(dead).toBe(true);
    }),
  );
  const stopped = { silentMs: Number.POSITIVE_INFINITY, watchedMs: 0, link: 'none', isReplaced: false } as const;
  expect(isDead(stopped, 13_000)).toBe(true);
});
