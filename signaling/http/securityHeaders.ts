/**
 * The headers of every reply. The page may use devices, talk to any node of the deployment (it learns their addresses
 * at run time) and play what it receives; it runs only its own scripts. Only pages of `frameAncestors` show it in a
 * frame, and it uses devices there if they pass that on (`allow` of the frame).
 */
export function securityHeaders(
  publicUrl: string,
  frameAncestors: readonly string[] = [],
): Readonly<Record<string, string>> {
  const secure = publicUrl.startsWith('https:');
  const connect = secure ? 'https: wss:' : 'http: https: ws: wss:';
  return {
    // Browsers ignore it where they do not trust the certificate, such as one made for a LAN.
    ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
    'content-security-policy': [
      "default-src 'self'",
      // WebAssembly of our own files alone: it suppresses noise and finds the person before a background.
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "media-src 'self' blob: mediastream:",
      "worker-src 'self' blob:",
      `connect-src 'self' ${connect}`,
      "font-src 'self' data:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')}`,
    ].join('; '),
    'x-content-type-options': 'nosniff',
    // A room's address lets people in, so other sites must not see it.
    'referrer-policy': 'no-referrer',
    'permissions-policy':
      'camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), autoplay=(self), ' +
      'fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self), clipboard-write=(self), ' +
      'geolocation=(), payment=(), usb=(), hid=(), serial=(), midi=()',
    'cross-origin-opener-policy': 'same-origin',
    // It knows no list; browsers that know frame-ancestors ignore it.
    ...(frameAncestors.length === 0 && { 'x-frame-options': 'DENY' }),
  };
}
