import { expect, it } from 'vitest';
import { KnownOffers } from './KnownOffers.ts';
import type { Offer } from './messages.ts';

const offer: Offer = {
  ...{ producerId: 'p', trackId: 't', participantId: 'ann', routerId: 'r', phase: 'ready' },
  layers: { heights: [180, 360], temporalLayers: 3 },
};
const told = (offered: readonly Offer[]) => ({
  roomId: 'room',
  reset: false,
  more: false,
  offered: [...offered],
  gone: [],
});

it('an offer that has fewer layers than before says so, and its pull goes on', () => {
  const offers = new KnownOffers();
  offers.heard('other', told([offer]));
  const known = offers.get('other', 'p');
  if (!known) throw new Error('the offer is not known');
  known.pull = 'underway';
  offers.heard('other', told([{ ...offer, phase: 'leaving', layers: { heights: [180], temporalLayers: 3 } }]));
  expect(offers.get('other', 'p')).toBe(known);
  expect(known).toMatchObject({ pull: 'underway', phase: 'leaving', layers: { heights: [180] } });
});
