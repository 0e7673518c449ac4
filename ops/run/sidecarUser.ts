import { createHash, createHmac } from 'node:crypto';

/** The Redis user of sidecars. */
export const SIDECAR_USER = 'everroom-sidecar';

/** Returns the password of that user on an embedded Redis: servers and sidecars derive it from their secret. */
export function sidecarPassword(sidecarSecret: string): string {
  return createHmac('sha256', sidecarSecret).update('everroom:redis').digest('hex');
}

/**
 * Returns the ACL rules of a sidecar's user: the reencoding queue, the list of sidecars, the probe that tells whether
 * Redis takes writes, and no room. docs/reencoding.md shows the same rules for a Redis of one's own.
 */
export function sidecarRules(password: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  const keys = '~{everroom:reencoding}* ~everroom:sidecar* ~everroom:probe';
  return `on #${hash} ${keys} resetchannels +@all -@admin -@dangerous -scan -randomkey +info`;
}
