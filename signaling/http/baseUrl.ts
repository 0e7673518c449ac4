/**
 * Returns where a client reaches this node. Without a configured address (it is on localhost) it is the address where
 * the client found it: a phone on the same network must not be sent to its own localhost.
 */
export function baseUrl(publicUrl: string, host: string | undefined, forwardedProto: string | undefined): string {
  if (!host || new URL(publicUrl).hostname !== 'localhost') return publicUrl;
  const secure = forwardedProto === 'https' || publicUrl.startsWith('https:');
  const url = URL.parse(`${secure ? 'https' : 'http'}://${host}`);
  return url && url.pathname === '/' && !url.username && !url.search && !url.hash ? url.origin : publicUrl;
}
