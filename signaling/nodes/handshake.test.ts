import { expect, test } from 'vitest';
import { ClusterKey } from './ClusterKey.ts';
import { FrameCipher } from './FrameCipher.ts';
import { AcceptorHandshake, DialerHandshake } from './handshake.ts';
import { type Challenge, Hello } from './wire.ts';

const [key, old, strange] = ['of the cluster', 'from before', 'of somebody else'].map((name) => new ClusterKey(name));
const keys = [key, old] as ClusterKey[];

function meet(dialerKeys = keys, acceptorKeys = keys) {
  const dialer = new DialerHandshake('a', 'b', dialerKeys);
  const acceptor = new AcceptorHandshake('b', acceptorKeys, JSON.parse(JSON.stringify(dialer.hello)));
  return { dialer, acceptor };
}

test('two nodes with one key agree on two keys that nobody else has', () => {
  const { dialer, acceptor } = meet();
  const { proof, session } = dialer.answer(acceptor.challenge);
  const other = acceptor.confirm(proof);
  expect([session.peer, other.peer]).toEqual(['b', 'a']);
  expect(session.sendKey).toEqual(other.receiveKey);
  expect(session.receiveKey).toEqual(other.sendKey);
  expect(session.sendKey).not.toEqual(session.receiveKey);
  const again = meet();
  expect(again.dialer.answer(again.acceptor.challenge).session.sendKey).not.toEqual(session.sendKey);
});

test('one common key is enough, whichever of them it is', () => {
  for (const [dialerKeys, acceptorKeys] of [
    [[key, old], [old]],
    [[old], [key, old]],
  ] as [ClusterKey[], ClusterKey[]][]) {
    const { dialer, acceptor } = meet(dialerKeys, acceptorKeys);
    expect(acceptor.confirm(dialer.answer(acceptor.challenge).proof).peer).toBe('a');
  }
  expect(() => meet([strange] as ClusterKey[])).toThrow('TOKEN_SECRET');
});

test('[S1] whatever is changed on the way, the handshake does not come about', () => {
  const other = new DialerHandshake('a', 'b', keys);
  const changes: Partial<Hello>[] = [
    { from: 'c' },
    { keyIds: [key?.id ?? '', strange?.id ?? ''] },
    { publicKey: other.hello.publicKey },
  ];
  for (const change of changes) {
    const dialer = new DialerHandshake('a', 'b', keys);
    const acceptor = new AcceptorHandshake('b', keys, { ...dialer.hello, ...change });
    expect(() => dialer.answer(acceptor.challenge), JSON.stringify(change)).toThrow('does not hold the key');
  }
  const challenges: Partial<Challenge>[] = [
    { keyId: old?.id ?? '' },
    { keyId: strange?.id ?? '' },
    { publicKey: other.hello.publicKey },
    { proof: 'A'.repeat(43) },
    { proof: '' },
  ];
  for (const change of challenges) {
    const { dialer, acceptor } = meet();
    expect(() => dialer.answer({ ...acceptor.challenge, ...change }), JSON.stringify(change)).toThrow(/key|cluster/);
  }
});

test('[S1] a proof is for one role and one connection, and a public key that is the same for everybody is none', () => {
  const { dialer, acceptor } = meet();
  const { proof } = dialer.answer(acceptor.challenge);
  expect(() => acceptor.confirm({ proof: acceptor.challenge.proof })).toThrow('do not hold the key');
  expect(() => meet().acceptor.confirm(proof)).toThrow('do not hold the key');
  expect(() => acceptor.confirm({})).toThrow('do not hold the key');
  const zero = Buffer.alloc(32).toString('base64url');
  expect(Hello.safeParse({ ...dialer.hello, publicKey: zero }).success).toBe(true);
  const weak = new AcceptorHandshake('b', keys, { ...dialer.hello, publicKey: zero });
  const said = JSON.stringify([1, 'a', 'b', dialer.hello.keyIds, zero, key?.id, weak.challenge.publicKey]);
  expect(() => weak.confirm({ proof: key?.proof('dialer', said) })).toThrow('public key');
});

test('a frame opens once, in its place and unchanged', () => {
  const secret = Buffer.alloc(32, 7);
  const sealer = new FrameCipher(secret);
  const frames = ['first', 'second', ''].map((text) => sealer.seal(Buffer.from(text)));
  const opener = new FrameCipher(secret);
  expect(frames.map((frame) => opener.open(frame).toString())).toEqual(['first', 'second', '']);
  expect(frames.join()).not.toContain(Buffer.from('first').toString('base64').slice(0, 5));

  const [first = '', second = ''] = frames;
  expect(() => new FrameCipher(secret).open(second)).toThrow();
  const repeating = new FrameCipher(secret);
  repeating.open(first);
  expect(() => repeating.open(first)).toThrow();
  const flipped = Buffer.from(first, 'base64');
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  for (const wrong of [flipped.toString('base64'), first.slice(0, 12), '', '!']) {
    expect(() => new FrameCipher(secret).open(wrong), wrong).toThrow();
  }
});
