import { execFileSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';

/** An address from a network that is reserved for examples (RFC 5737). */
const EXAMPLE_ADDRESS = '198.51.100.1';
const KEPT_SECONDS = 600;

/** Returns an IPv4 address of this machine other than loopback. A machine without a network gets a temporary one. */
export function networkAddress(): string {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (own) return own.address;
  try {
    const lifetime = ['valid_lft', String(KEPT_SECONDS), 'preferred_lft', String(KEPT_SECONDS)];
    execFileSync('ip', ['address', 'replace', `${EXAMPLE_ADDRESS}/32`, 'dev', 'lo', ...lifetime], { stdio: 'ignore' });
    return EXAMPLE_ADDRESS;
  } catch (cause) {
    throw new Error(
      'This test needs an address other than loopback: connect a network, or run it as root (for `ip address replace`)',
      { cause },
    );
  }
}
