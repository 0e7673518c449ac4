import { z } from 'zod';

const TokenClaims = z.object({ room: z.string(), sub: z.string() });

/** Reads whom a join token names. Not verified: it only finds what this client stored itself. */
export function claimsOf(token: string): { roomId: string; participantId: string } | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const claims = TokenClaims.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return claims.success ? { roomId: claims.data.room, participantId: claims.data.sub } : undefined;
  } catch {
    return undefined;
  }
}
