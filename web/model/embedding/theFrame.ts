import { framingOrigins } from '../../lib/api.ts';
import { Embedding } from './Embedding.ts';

let started: Promise<Embedding> | null = null;

/** Returns the talk with the site that shows the page in a frame; null if nobody does. */
export function embedding(): Promise<Embedding> | null {
  if (window.parent === window) return null;
  started ??= start();
  return started;
}

async function start(): Promise<Embedding> {
  const site = window.parent;
  const talk = new Embedding({
    allowed: await framingOrigins(),
    origin: location.ancestorOrigins?.[0] ?? originOfReferrer(),
    send: (message, origin) => site.postMessage(message, origin),
  });
  addEventListener('message', ({ source, data, origin }) => {
    if (source === site) void talk.take(data, origin);
  });
  return talk;
}

/** For browsers that do not list who shows a page; a site can hide it. */
function originOfReferrer(): string | null {
  return URL.canParse(document.referrer) ? new URL(document.referrer).origin : null;
}
