import type { MediaBlocked } from '../../client/index.ts';

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
  const blocked = `${inWords(protocols)} to ${inWords(addresses)} ${protocols.length > 1 ? 'are' : 'is'} blocked`;
  const relay = relays.length > 0 ? `, and the relay ${inWords(relays)} does not help` : '';
  return {
    title: 'Nobody hears or sees you',
    blocked: `${blocked}${relay}.`,
    advice:
      'Try another network or your phone’s hotspot, or turn off the VPN; in a company, ask for these to be opened. ' +
      'The meeting keeps trying. Chat works.',
  };
}

function inWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last;
}
