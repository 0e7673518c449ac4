import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits/Limits.ts';
import { TokenBucket } from '../limits/TokenBucket.ts';
import type { RequestName } from '../protocol/requests.ts';
import { PRICES, priceOfReceivers } from './prices.ts';

const { addressRequests, receiversPerRequest, requests } = DEFAULT_LIMITS;
const PEOPLE = 100;

/** Takes what the Dispatcher takes, at one moment; returns whether all of it was within the limits. */
function spend(names: readonly RequestName[], own: TokenBucket, address: TokenBucket): boolean {
  return names.every((name) => {
    const isWithin = own.take(0) && address.take(0);
    const forReceivers = priceOfReceivers(name, PEOPLE, receiversPerRequest);
    own.charge(forReceivers + PRICES[name].extra);
    address.charge(forReceivers);
    return isWithin;
  });
}

/** What a client with three tracks sends when it comes back, or in: entry, both transports, tracks, view. */
const media = (entry: RequestName, perTrack: readonly RequestName[]): RequestName[] => [
  ...([entry, 'connectTransport', 'connectTransport'] as const),
  ...[perTrack, perTrack, perTrack].flat(),
  ...(['setView', 'setView', 'shown', 'shown', 'ping'] as const),
];
const RESUMES = media('resume', ['produce']);
/** The room forgot the person meanwhile: they join, and publish all again, with the mutes that they had. */
const JOINS = media('join', ['publish', 'setTrackMuted', 'produce']);
/** Its transports are gone ten times, its network changes ten times, and it changes its tracks meanwhile. */
const BAD_NETWORK = Array.from({ length: 10 }, () => [
  ...media('openMedia', ['produce']),
  ...(['restartIce', 'restartIce'] as const),
  ...(['unpublish', 'publish', 'setTrackMuted', 'setTrackInterrupted'] as const),
]).flat();

describe('prices of requests', () => {
  it('all people of a room of 100, at one address and with 3 tracks each, come back three times in a row', () => {
    const address = new TokenBucket(addressRequests, 0);
    for (const storm of [RESUMES, JOINS, JOINS]) {
      for (let person = 0; person < PEOPLE; person += 1) {
        // Another connection each time.
        expect(spend(storm, new TokenBucket(requests, 0), address)).toBe(true);
      }
    }
  });

  it('one connection may come back ten times at one moment, and publish other tracks each time', () => {
    const [own, address] = [new TokenBucket(requests, 0), new TokenBucket(addressRequests, 0)];
    expect(spend(BAD_NETWORK, own, address)).toBe(true);
  });

  it('whoever publishes and stops a track again and again is slowed down, sooner in a large room', () => {
    const flood = Array.from({ length: 250 }, () => ['publish', 'unpublish'] as const).flat();
    const price = (name: RequestName) => 1 + priceOfReceivers(name, PEOPLE, receiversPerRequest);
    const within = Math.floor(requests.burst / price('publish'));
    const own = new TokenBucket(requests, 0);
    const address = new TokenBucket(addressRequests, 0);
    expect(within).toBeLessThan(flood.length / 4);
    expect(spend(flood.slice(0, within), own, address)).toBe(true);
    expect(spend(flood.slice(within, within + 2), own, address)).toBe(false);
  });

  it('whatever everybody hears of is paid by their number, and no more than so much in the largest rooms', () => {
    for (const name of ['publish', 'unpublish', 'setGrants', 'setRoomGrants', 'remove', 'ban', 'closeRoom'] as const) {
      expect(priceOfReceivers(name, 100, 25)).toBe(4);
      expect(priceOfReceivers(name, 10_000, 25)).toBe(20);
    }
    for (const name of ['ping', 'resume', 'setView', 'admit'] as const) expect(priceOfReceivers(name, 100, 25)).toBe(0);
  });
});
