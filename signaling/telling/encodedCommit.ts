import type { Commit } from '../../core/room/commit.ts';
import { isPrivate, mayHear } from '../../core/room/privacy.ts';
import { type Audience, concernsHostsOnly, redact } from '../../core/room/redact.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';
import { toCommit2 } from '../protocol2/toProtocol2.ts';
import { encode, encodeAs } from './notifications.ts';

export type EncodedCommit = (audience: Audience, to: Pick<ClientConnection, 'participantId' | 'protocol'>) => string;

const KNOWN = new WeakMap<Commit, EncodedCommit>();

/**
 * The commit as text, encoded once for each audience and protocol, or once for both audiences if they see the same. Who
 * is a party to a private message in it gets a text of their own.
 */
export function encodedCommit(commit: Commit): EncodedCommit {
  let encoded = KNOWN.get(commit);
  if (!encoded) {
    encoded = encodeOnce(commit);
    KNOWN.set(commit, encoded);
  }
  return encoded;
}

function encodeOnce(commit: Commit): EncodedCommit {
  const made = new Map<string, string>();
  const differs = concernsHostsOnly(commit);
  const ofTwo = commit.events.filter(isPrivate);
  return (audience, { participantId, protocol }) => {
    const as: Audience = differs ? audience : 'participant';
    const viewerId = ofTwo.some((event) => mayHear(event, participantId)) ? participantId : null;
    const key = `${as} ${protocol} ${viewerId ?? ''}`;
    let encoded = made.get(key);
    if (encoded === undefined) {
      const body = redact(commit, as, viewerId);
      encoded = protocol === 2 ? encodeAs('committed', toCommit2(body)) : encode('committed', body);
      made.set(key, encoded);
    }
    return encoded;
  };
}
