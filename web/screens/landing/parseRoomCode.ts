const CODE = /^[\w-]{1,128}$/u;

/**
 * Reads the room's code from what somebody typed or pasted: a code, a path or a whole link. Returns null if there is
 * none.
 */
export function parseRoomCode(input: string): string | null {
  const text = input.trim();
  const code = /(?:^|\/)r\/([^/?#\s]+)/u.exec(text)?.[1] ?? text;
  return CODE.test(code) ? code : null;
}
