import type { Limits } from '../limits/Limits.ts';
import { type HttpEngine, type HttpHandler, isInUse } from './http.ts';
import { createNodeEngine } from './nodeEngine.ts';
import { ALONE } from './sharedPort.ts';
import type { Certificate, TlsFiles } from './tls/certificate.ts';
import { createUwsEngine, loadUws } from './uwsEngine.ts';

/** The record of the largest rooms: a client that reads is not cut off for getting it. */
const LARGEST_MESSAGE_BYTES = 6 << 20;

/** @throws Error when `uws` is asked for and has no binary here */
export function createEngine(
  { engine, tls }: { readonly engine: 'auto' | 'uws' | 'ws'; readonly tls: TlsFiles | null },
  handler: HttpHandler,
  limits: Pick<Limits, 'backlogBytes' | 'bodyBytes'>,
  certificate: Certificate | null,
): HttpEngine {
  const uws = engine === 'ws' ? null : loadUws();
  if (uws) return createUwsEngine(uws, handler, limits.bodyBytes, limits.backlogBytes + LARGEST_MESSAGE_BYTES, tls);
  if (engine === 'uws') {
    throw new Error('uWebSockets.js has no binary for this system. Set SIGNALING_ENGINE to auto or ws.');
  }
  return createNodeEngine(handler, limits.bodyBytes, certificate);
}

/** Returns the port. @throws PortTaken when other programs have them all */
export async function listenOnOneOf(
  engine: HttpEngine,
  host: string,
  [port, ...others]: readonly number[],
): Promise<number> {
  if (port === undefined) throw new Error('there is no port to listen on');
  try {
    return await engine.listen(host, port, ALONE);
  } catch (error) {
    if (!isInUse(error) || others.length === 0) throw error;
    return listenOnOneOf(engine, host, others);
  }
}
