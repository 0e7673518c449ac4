import { describe, expect, it } from 'vitest';
import { hasApiKey } from './apiKey.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const accepts = (header: string | undefined) => hasApiKey(header, 'key', 'secret');

describe('the API key', () => {
  it('the API key comes as Basic key and secret, or as Bearer secret', () => {
    expect(['Bearer secret', 'bearer  secret', basic('key:secret')].map(accepts)).toEqual([true, true, true]);
  });

  it('nothing else is an API key', () => {
    const wrong = [
      undefined,
      '',
      'secret',
      'Bearer',
      'Bearer secret2',
      'Bearer key',
      basic('key:'),
      basic('secret'),
      basic('other:secret'),
      'Basic secret',
      'Digest secret',
    ];
    expect(wrong.filter(accepts)).toEqual([]);
  });
});
