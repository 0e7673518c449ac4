import { useCallback, useEffect, useRef, useState } from 'react';
import { codeOf, retryAfterMsOf } from '../../lib/describeError.ts';
import type { Door, EnterRequest } from '../../model/Door.ts';
import type { EndReason, Meeting } from '../../model/Meeting.ts';

export type Entry =
  | { readonly step: 'preparing' }
  /** The link would make this browser somebody else. */
  | { readonly step: 'handed'; readonly name: string | null }
  | { readonly step: 'choosing'; readonly problem: unknown }
  | { readonly step: 'entering' }
  /** Nobody comes in at the moment; the page tries again by itself. */
  | { readonly step: 'waiting'; readonly problem: unknown; readonly retryAfterMs: number }
  | { readonly step: 'password'; readonly wrong: boolean }
  | { readonly step: 'lobby'; readonly denied: boolean }
  | { readonly step: 'meeting'; readonly meeting: Meeting }
  | { readonly step: 'ended'; readonly reason: EndReason }
  | { readonly step: 'refused'; readonly code: string };

/** Refusals that a person cannot answer on the way in: each has its own page. */
const FINAL = new Set([
  'ROOM_NOT_FOUND',
  'ROOM_CLOSED',
  'ROOM_FULL',
  'ROOM_LOCKED',
  'BANNED',
  'REMOVED',
  'ADDRESS_FULL',
  'GUESTS_REFUSED',
  'TOKEN_USED',
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
]);

const RETRY_MS = 5_000;

export interface EntrySteps {
  readonly entry: Entry;
  enter(request: EnterRequest): void;
  givePassword(password: string): void;
  /** Goes on as the person of the link, or as before. */
  answerHanded(accept: boolean): void;
  /** Back to the choice of name and devices. */
  back(): void;
}

/** The way from the link into the meeting and out again. */
export function useEntry(door: Door): EntrySteps {
  const [entry, setEntry] = useState<Entry>({ step: 'preparing' });
  const lastRequest = useRef<EnterRequest | null>(null);
  /** Aborted when the person turns back or the page goes: steps under way no longer count. */
  const underWay = useRef(new AbortController());

  const begin = useCallback(() => {
    underWay.current.abort();
    underWay.current = new AbortController();
    return underWay.current.signal;
  }, []);

  const prepare = useCallback(async () => {
    const signal = begin();
    if (door.handed !== null) {
      setEntry({ step: 'handed', name: door.handed.name });
      return;
    }
    setEntry({ step: 'preparing' });
    const next = await door.prepare().then(() => ({ step: 'choosing', problem: null }) as const, refusedOrChoosing);
    if (!signal.aborted) setEntry(next);
  }, [door, begin]);

  useEffect(() => {
    void prepare();
    return () => underWay.current.abort();
  }, [prepare]);

  const enter = useCallback(
    async (request: EnterRequest) => {
      const signal = begin();
      lastRequest.current = request;
      setEntry({ step: 'entering' });
      const next = await tryToEnter(door, request, signal, (waiting) => {
        if (!signal.aborted) setEntry(waiting);
      });
      if (!signal.aborted) setEntry(next);
      else if (next.step === 'meeting') void next.meeting.actions.leave();
    },
    [door, begin],
  );

  const answerHanded = useCallback(
    (accept: boolean) => {
      door.acceptHanded(accept);
      void prepare();
    },
    [door, prepare],
  );

  const givePassword = useCallback(
    (password: string) => {
      if (lastRequest.current) void enter({ ...lastRequest.current, password });
    },
    [enter],
  );

  useEffect(() => {
    if (entry.step !== 'waiting') return;
    const timer = setTimeout(() => {
      if (lastRequest.current) void enter(lastRequest.current);
    }, entry.retryAfterMs);
    return () => clearTimeout(timer);
  }, [entry, enter]);

  const meeting = entry.step === 'meeting' ? entry.meeting : null;
  useEffect(() => {
    if (!meeting) return;
    const check = () => {
      const reason = meeting.getSnapshot().ended;
      if (reason !== null) setEntry({ step: 'ended', reason });
    };
    check();
    const unsubscribe = meeting.subscribe(check);
    return () => {
      unsubscribe();
      // The meeting is over already, or the person went back to another page: nobody stays behind unseen.
      void meeting.actions.leave();
    };
  }, [meeting]);

  return { entry, enter, givePassword, answerHanded, back: prepare };
}

async function tryToEnter(
  door: Door,
  request: EnterRequest,
  signal: AbortSignal,
  tell: (entry: Entry) => void,
): Promise<Entry> {
  try {
    return {
      step: 'meeting',
      meeting: await door.enter(request, () => tell({ step: 'lobby', denied: false }), signal),
    };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'PASSWORD_REQUIRED' || code === 'PASSWORD_WRONG') {
      return { step: 'password', wrong: code === 'PASSWORD_WRONG' };
    }
    if (code === 'FULL' || code === 'BUSY') {
      return { step: 'waiting', problem: error, retryAfterMs: retryAfterMsOf(error) ?? RETRY_MS };
    }
    if (code === 'LOBBY_DENIED') return { step: 'lobby', denied: true };
    return refusedOrChoosing(error);
  }
}

function refusedOrChoosing(error: unknown): Entry {
  const code = codeOf(error);
  return code !== null && FINAL.has(code) ? { step: 'refused', code } : { step: 'choosing', problem: error };
}
