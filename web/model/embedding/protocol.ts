/** What the page and a site that shows it in a frame say to each other. docs/embedding.md describes it. */

/** Stands in every message, so that others of the same window are not mistaken for ours. */
export const MARK = 'everroom';

export type EmbeddingEvent =
  | { readonly event: 'ready' }
  | { readonly event: 'joined'; readonly roomId: string; readonly participantId: string; readonly name: string }
  | { readonly event: 'left'; readonly reason: string }
  | { readonly event: 'participantJoined' | 'nameChanged'; readonly participantId: string; readonly name: string }
  | { readonly event: 'participantLeft'; readonly participantId: string }
  | {
      readonly event: 'microphoneChanged' | 'cameraChanged' | 'screenShareChanged' | 'handChanged';
      readonly on: boolean;
    }
  | { readonly event: 'connectionChanged'; readonly connection: 'connected' | 'reconnecting' };

export type Command =
  | { readonly command: 'setMicrophone' | 'setCamera' | 'setHand'; readonly on: boolean }
  | { readonly command: 'setDisplayName'; readonly name: string }
  | { readonly command: 'sendChat'; readonly text: string }
  | { readonly command: 'hangup' };

/** Returns what names a request in its answer; null if nothing does. */
export function idOf(message: unknown): string | number | null {
  const { id } = Object(message);
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

/** Returns null if a message is not for us. @throws RangeError if it is, and cannot be understood */
export function readCommand(message: unknown): Command | null {
  const { [MARK]: version, command, on, name, text } = Object(message);
  if (version !== 1) return null;
  switch (command) {
    case 'setMicrophone':
    case 'setCamera':
    case 'setHand':
      if (typeof on === 'boolean') return { command, on };
      break;
    case 'setDisplayName':
      if (typeof name === 'string') return { command, name };
      break;
    case 'sendChat':
      if (typeof text === 'string') return { command, text };
      break;
    case 'hangup':
      return { command };
  }
  throw new RangeError(`no such command: ${String(command)}`);
}

/** Returns whether an origin is one of those, which may begin with `https://*.`. */
export function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    const [scheme, domain] = entry.split('://*.');
    if (domain === undefined) return origin === originOf(entry);
    return (
      origin.startsWith(`${scheme}://`) && origin.endsWith(`.${originOf(`${scheme}://${domain}`).split('://')[1]}`)
    );
  });
}

/** As browsers write it: without the usual port. */
function originOf(entry: string): string {
  return URL.canParse(entry) ? new URL(entry).origin : entry;
}
