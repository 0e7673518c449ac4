/**
 * For every reply. The page may use devices, talk to any node of the deployment (their addresses are learnt at run time) and
 * play what it receives; it runs no script but its own and cannot be framed.
 */
export function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  const secure = publicUrl.startsWith('https:');
  const connect = secure ? 'https: wss:' : 'http: https: ws: wss:';
  return {
    'content-security-policy': [
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "media-src 'self' blob: mediastream:",
      "worker-src 'self' blob:",
      `connect-src 'self' ${connect}`,
      "font-src 'self' data:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    // A room's address lets people in: other sites are not told.
    'referrer-policy': 'no-referrer',
    'permissions-policy':
      'camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), autoplay=(self), ' +
      'fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self), geolocation=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
  };
}
