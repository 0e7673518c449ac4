import { createHmac } from 'node:crypto';

/** The pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246 section 5). */
export function prf(secret: Buffer, label: string, seed: Buffer, bytes: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (data: Buffer): Buffer => createHmac('sha256', secret).update(data).digest();
  const blocks: Buffer[] = [];
  let a: Buffer = labelled;
  for (let made = 0; made < bytes; ) {
    a = hmac(a);
    const block = hmac(Buffer.concat([a, labelled]));
    blocks.push(block);
    made += block.length;
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}
