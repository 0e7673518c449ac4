import { Unavailable } from '../core/ports.ts';

/** Why Redis refused a command, and what an operator can do, by the code that opens Redis' error message. */
const ADVICE: Readonly<Record<string, string>> = {
  LOADING: 'Redis is still loading its data: it goes on by itself when that is done',
  OOM: 'Redis is out of memory: raise its maxmemory or give it a bigger machine',
  MISCONF: 'Redis cannot write to its disk: free space there and check the permissions of its folder',
  READONLY: 'Redis is a read-only replica: point the URL at the master, or at its sentinels (redis+sentinel://)',
  MASTERDOWN: 'Redis is a replica whose master is down: point the URL at the master, or at its sentinels',
  NOREPLICAS: 'Redis has fewer good replicas than min-replicas-to-write asks for: bring the replicas back',
  CLUSTERDOWN: 'The Redis Cluster is down or a part of it is not covered: look at CLUSTER INFO',
  TRYAGAIN: 'The Redis Cluster is moving slots: it goes on by itself when that is done',
  UNBLOCKED: 'Redis is no longer the master: it goes on by itself when the URL leads to the new one',
  BUSY: 'Redis is busy with a long script: look for it with SLOWLOG, end it with SCRIPT KILL',
  NOAUTH: 'Redis asks for a password: put it into the URL',
  WRONGPASS: 'Redis does not accept the user or password in the URL',
  NOPERM: 'Redis forbids this user a command or key that Everroom needs: look at ACL LOG',
};

/** Returns the code of an error from Redis (`OOM`, `LOADING`, …); undefined for any other error. */
function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^([A-Z]{2,})\b/.exec(error.message)?.[1];
}

/** Returns whether no answer came: the connection broke, was missing, or stayed silent for too long. */
function isSilence(error: unknown): error is Error {
  // ioredis has no common class for these. An error class of the language means a bug of ours.
  const isBug = [TypeError, RangeError, ReferenceError, SyntaxError].some((bug) => error instanceof bug);
  return error instanceof Error && error.name !== 'ReplyError' && !isBug;
}

/** Returns whether Redis did not even begin: the same command can be sent again safely. */
export function isRefusedUntilReady(error: unknown): boolean {
  return replyCode(error) === 'LOADING' || (isSilence(error) && /^Stream isn't writeable/.test(error.message));
}

/** Returns whether Redis has no memory for this: it reads, and takes what frees memory. */
export function meansFull(error: unknown): boolean {
  return replyCode(error) === 'OOM';
}

/** Returns whether Redis as a whole does not serve, for all rooms. */
export function meansUnavailable(error: unknown): boolean {
  const code = replyCode(error);
  if (code === 'OOM') return false;
  return code === undefined ? isSilence(error) : code in ADVICE;
}

/** Returns whether Redis refused for a reason that no advice covers: a foreign key, a proxy, a newer Redis, a bug. */
export function isUnknownReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !meansUnavailable(error) && !meansFull(error);
}

/** Returns the error that the ports promise. Leaves an error unchanged if it is not about Redis: it is a bug. */
export function toUnavailable(what: string, error: unknown): unknown {
  if (error instanceof Unavailable) return error;
  if (isUnknownReply(error)) {
    return new Unavailable('redis', `Could not ${what}. Redis refused it: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (!meansUnavailable(error) && !meansFull(error)) return error;
  const advice = ADVICE[replyCode(error) ?? ''] ?? 'No answer from Redis. Is it running, and reachable from here?';
  return new Unavailable('redis', `Could not ${what}. ${advice}`, { cause: error });
}
