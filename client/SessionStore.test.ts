import { describe, expect, it } from 'vitest';
import { claimsOf } from './claimsOf.ts';
import { SessionStore } from './SessionStore.ts';
import { MemoryStorage } from './storage.ts';

const session = { participantId: 'p', resumeToken: 'token', nodes: ['http://a'] };

describe('SessionStore', () => {
  it('a reloaded page finds its session', () => {
    const storage = new MemoryStorage();
    new SessionStore(storage).save('room', session);
    expect(new SessionStore(storage).load('room')).toEqual(session);
    expect(new SessionStore(storage).load('other')).toBeUndefined();
  });

  it('a stored session that cannot be read is forgotten', () => {
    const storage = new MemoryStorage();
    storage.setItem('everroom:session:room', '{"participantId":1}');
    expect(new SessionStore(storage).load('room')).toBeUndefined();
    expect(storage.getItem('everroom:session:room')).toBeNull();
  });

  it('with a full storage only resuming is lost, not the meeting', () => {
    const storage = new MemoryStorage();
    storage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    expect(() => new SessionStore(storage).save('room', session)).not.toThrow();
  });
});

describe('claimsOf', () => {
  it('claimsOf reads whom a join token names', () => {
    const payload = Buffer.from(JSON.stringify({ room: 'räume', sub: 'p', role: 'host' })).toString('base64url');
    expect(claimsOf(`head.${payload}.signature`)).toEqual({ roomId: 'räume', participantId: 'p' });
  });

  it.each(['', 'a.b.c', 'a', `a.${btoa('{}')}.c`])('claimsOf returns nothing for the token %j', (token) => {
    expect(claimsOf(token)).toBeUndefined();
  });
});
