import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { Tokens } from './tokens.ts';

const SECRET = 'the-secret-that-has-at-least-32-characters';
const OTHER_SECRET = 'another-secret-of-at-least-32-characters';
const ANN = { roomId: 'standup', participantId: 'ann', role: 'host', name: 'Ann' } as const;

describe('tokens', () => {
  it('tokens say what they were signed for', async () => {
    const tokens = new Tokens(SECRET);
    expect(await tokens.verify(await tokens.signJoin(ANN, 60))).toEqual({
      kind: 'join',
      ...ANN,
      anonymous: false,
      grants: null,
      issuedAt: expect.any(Number),
    });
    expect(await tokens.verify(await tokens.signResume(ANN))).toEqual({
      kind: 'resume',
      roomId: 'standup',
      participantId: 'ann',
      issuedAt: expect.any(Number),
    });
  });

  it('tokens are worth nothing where another secret signs', async () => {
    const tokens = new Tokens(SECRET);
    const foreign = new Tokens(OTHER_SECRET);
    for (const token of [await foreign.signJoin(ANN, 60), await foreign.signResume(ANN)]) {
      await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });

  it('tokens expire by name', async () => {
    const tokens = new Tokens(SECRET);
    await expect(tokens.verify(await tokens.signJoin(ANN, -60))).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('tokens forgive clocks that differ a little', async () => {
    const tokens = new Tokens(SECRET);
    expect(await tokens.verify(await tokens.signJoin(ANN, -2))).toMatchObject({ participantId: 'ann' });
  });

  it('tokens cannot be altered', async () => {
    const tokens = new Tokens(SECRET);
    const [header, payload = '', signature] = (await tokens.signJoin({ ...ANN, role: 'guest' }, 60)).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const raised = Buffer.from(JSON.stringify({ ...claims, role: 'host' })).toString('base64url');
    await expect(tokens.verify([header, raised, signature].join('.'))).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    for (const garbage of ['', 'a', 'a.b.c', '.', '..']) {
      await expect(tokens.verify(garbage)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });

  it('a new secret takes over while tokens of the old ones stay valid', async () => {
    const before = new Tokens(OTHER_SECRET);
    const after = new Tokens(SECRET, Date.now, [`x${OTHER_SECRET}`, OTHER_SECRET]);
    const [join, resume] = [await before.signJoin(ANN, 60), await before.signResume(ANN)];
    expect(await after.verify(join)).toMatchObject({ kind: 'join', participantId: 'ann' });
    expect(await after.verify(resume)).toMatchObject({ kind: 'resume', participantId: 'ann' });
    // Signed by a version whose tokens name no key.
    const key = new TextEncoder().encode(OTHER_SECRET);
    const [, payload = ''] = join.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const unnamed = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key);
    expect(await after.verify(unnamed)).toMatchObject({ kind: 'join', participantId: 'ann' });
    await expect(new Tokens(SECRET).verify(join)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(before.verify(await after.signJoin(ANN, 60))).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});
