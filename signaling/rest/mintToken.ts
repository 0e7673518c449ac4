import type { z } from 'zod';
import type { JoinGrant } from '../auth/tokens.ts';
import type { RestContext } from './Route.ts';
import { DEFAULT_TTL_SECONDS, type JoinToken } from './shapes.ts';

export async function mintToken(
  { clock, tokens }: RestContext,
  claims: JoinGrant,
  ttlSeconds = DEFAULT_TTL_SECONDS,
): Promise<z.infer<typeof JoinToken>> {
  const { roomId, participantId, role } = claims;
  const token = await tokens.signJoin(claims, ttlSeconds);
  return { roomId, participantId, role, token, expiresAt: clock.now() + ttlSeconds * 1_000 };
}
