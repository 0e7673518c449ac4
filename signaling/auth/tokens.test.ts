import { describe, expect, it } from 'vitest';
import { Tokens } from './tokens.ts';

const OLD = 'the-old-secret-of-at-least-32-characters';
const NEW = 'the-new-secret-of-at-least-32-characters';
const ANN = { roomId: 'standup', participantId: 'ann', role: 'host', name: 'Ann' } as const;

describe('tokens', () => {
  it('tokens say what they were signed for', async () => {
    const tokens = new Tokens([NEW]);
    expect(await tokens.verify(await tokens.signJoin(ANN, 60))).toEqual({ kind: 'join', ...ANN });
    expect(await tokens.verify(await tokens.signResume(ANN))).toEqual({
      kind: 'resume',
      roomId: 'standup',
      participantId: 'ann',
    });
  });

  it('tokens are accepted under every secret and signed with the first, so that secrets can be replaced', async () => {
    const before = new Tokens([OLD]);
    const during = new Tokens([NEW, OLD]);
    const after = new Tokens([NEW]);
    const old = await before.signJoin(ANN, 60);
    expect(await during.verify(old)).toMatchObject({ participantId: 'ann' });
    expect(await after.verify(await during.signJoin(ANN, 60))).toMatchObject({ participantId: 'ann' });
    await expect(after.verify(old)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('tokens expire by name, under an older secret too', async () => {
    const expired = await new Tokens([OLD]).signJoin(ANN, -60);
    await expect(new Tokens([NEW, OLD]).verify(expired)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('tokens forgive clocks that differ a little', async () => {
    const tokens = new Tokens([NEW]);
    expect(await tokens.verify(await tokens.signJoin(ANN, -2))).toMatchObject({ participantId: 'ann' });
  });

  it('tokens cannot be altered', async () => {
    const tokens = new Tokens([NEW]);
    const [header, payload = '', signature] = (await tokens.signJoin({ ...ANN, role: 'guest' }, 60)).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const raised = Buffer.from(JSON.stringify({ ...claims, role: 'host' })).toString('base64url');
    await expect(tokens.verify([header, raised, signature].join('.'))).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    for (const garbage of ['', 'a', 'a.b.c', '.', '..']) {
      await expect(tokens.verify(garbage)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });
});
