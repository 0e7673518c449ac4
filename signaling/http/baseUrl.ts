/**
 * Returns where a client reaches this node. Without a configured address (it is on localhost) it is the address where
 * the client found it: a phone on the same network must not be sent to its own localhost. Whoever came to the
 * `standbyPort` is told the port of the page.
 */
export function baseUrl(
  publicUrl: string,
  host: string | undefined,
  forwardedProto: string | undefined,
  standbyPort: number | null = null,
): string {
  if (!host || new URL(publicUrl).hostname !== 'localhost') return publicUrl;
  const secure = forwardedProto === 'https' || publicUrl.startsWith('https:');
  const url = URL.parse(`${secure ? 'https' : 'http'}://${host}`);
  if (url && standbyPort !== null && url.port === String(standbyPort)) url.port = new URL(publicUrl).port;
  return url && url.pathname === '/' && !url.username && !url.search && !url.hash ? url.origin : publicUrl;
}
