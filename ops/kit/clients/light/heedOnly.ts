import type { Socket } from 'socket.io-client';

/** `2["name"` and `212["name"`: an event, the second with an id for its answer. */
const EVENT = /^2\d*\["(\w+)"/u;

interface Decoder {
  add(packet: unknown): void;
}

/**
 * From now on the socket drops every event that `heeds` does not want, unread: in a room of a thousand everybody hears
 * of everybody, and to parse that costs a crowd of clients more than all else. Call it before the socket connects.
 */
export function heedOnly({ io }: Socket, heeds: (event: string, packet: string) => boolean): void {
  // socket.io-client offers no way to look at a packet before it is parsed.
  const { decoder } = io as unknown as { readonly decoder: Decoder };
  const add = decoder.add.bind(decoder);
  decoder.add = (packet) => {
    const event = typeof packet === 'string' ? EVENT.exec(packet.slice(0, 64))?.[1] : undefined;
    if (event === undefined || heeds(event, String(packet))) add(packet);
  };
}
