import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/fastCheck.ts';
import { linkify } from './linkify.ts';

const links = (text: string) => linkify(text).flatMap((part) => (part.type === 'link' ? [part.url] : []));

/** fast-check's own addresses take seconds of CPU to set up. */
const address = fc.string().map((rest) => `https://example.org/${rest}`);

describe('linkify', () => {
  it('addresses within a sentence are links without its punctuation', () => {
    expect(linkify('See https://example.org/a?b=1, please.')).toEqual([
      { type: 'text', text: 'See ' },
      { type: 'link', url: 'https://example.org/a?b=1' },
      { type: 'text', text: ', please.' },
    ]);
  });

  it('a link keeps brackets that belong to the address', () => {
    expect(links('https://en.wikipedia.org/wiki/Room_(disambiguation)')).toEqual([
      'https://en.wikipedia.org/wiki/Room_(disambiguation)',
    ]);
    expect(links('(https://example.org)')).toEqual(['https://example.org']);
  });

  it('addresses of other schemes are no links', () => {
    expect(links('javascript:alert(1) data:text/html,x file:///etc/passwd')).toEqual([]);
    expect(links('https://')).toEqual([]);
  });

  it('linkify loses no character', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), address, fc.constant('. '), fc.constant('https://'))), (pieces) => {
        const text = pieces.join('');
        const joined = linkify(text).map((part) => (part.type === 'link' ? part.url : part.text));
        expect(joined.join('')).toBe(text);
      }),
    );
  });
});
