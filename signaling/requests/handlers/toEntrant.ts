import type { Entrant } from '../../../core/room/Entrant.ts';
import type { ClientConnection } from '../../connections/ClientConnection.ts';
import type { SignalingContext } from '../context.ts';

/** What this node knows of somebody who comes in. `device`: as the client sent it. */
export function toEntrant(
  { limits, origins }: Pick<SignalingContext, 'limits' | 'origins'>,
  { address, claims, roomId }: Pick<ClientConnection, 'address' | 'claims' | 'roomId'>,
  device: string | undefined,
): Entrant {
  const isJoin = claims.kind === 'join';
  return {
    tokenIssuedAt: claims.issuedAt,
    anonymous: isJoin && claims.anonymous,
    nameFixed: isJoin && claims.name !== undefined,
    grants: isJoin ? claims.grants : null,
    device: device === undefined ? null : origins.hash(roomId, 'device', device),
    address: origins.hash(roomId, 'address', address),
    account: isJoin && claims.account !== undefined ? origins.hash(roomId, 'account', claims.account) : null,
    addressShare: limits.addressShare,
  };
}
