import type { MediaBlocked } from '../../client/index.ts';
import { locale, t } from '../i18n/i18n.ts';

/** Says what is blocked and what to do, in words for people. */
export function describeMediaBlocked({ ways, relays }: MediaBlocked): {
  title: string;
  blocked: string;
  advice: string;
} {
  const far = ways.filter(({ address }) => !/^(127\.|::1$)/.test(address));
  const shown = far.length > 0 ? far : ways;
  const protocols = [...new Set(shown.flatMap((way) => way.protocols))].map((protocol) => protocol.toUpperCase());
  const addresses = shown.map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`);
  const words = { count: protocols.length, protocols: inWords(protocols), addresses: inWords(addresses) };
  return {
    title: t('meeting:blocked.title'),
    blocked:
      relays.length === 0
        ? t('meeting:blocked.ways', words)
        : t('meeting:blocked.waysAndRelay', { ...words, relays: inWords(relays) }),
    advice: t('meeting:blocked.advice'),
  };
}

function inWords(words: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(words);
}
