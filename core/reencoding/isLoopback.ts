/**
 * Whether what is sent to this IP address stays on the host. Node and sidecar must agree: it decides whether media is
 * encrypted.
 */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
