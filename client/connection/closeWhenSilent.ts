import type { Link } from './Link.ts';

const ENTRY_PING_MS = 400;
const ENTRY_SILENCE_MS = 2_000;

/**
 * Closes a link that falls silent before it is entered: until then nothing else watches it. Any answer is a sign of
 * life, even a refusal.
 */
export function closeWhenSilent(link: Link): () => void {
  const timer = setInterval(() => {
    if (performance.now() - link.lastHeardAt > ENTRY_SILENCE_MS) link.close();
    else link.request('ping', {}).catch(() => undefined);
  }, ENTRY_PING_MS);
  return () => clearInterval(timer);
}
