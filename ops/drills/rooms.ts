import type { DrillClient } from '../kit/clients/DrillClient.ts';
import type { Member } from './Meeting.ts';

/**
 * Who meets whom on a cluster, and at which node each enters: a room for each node (fewer if there are not two people
 * for each), or one room whose people are spread over all nodes.
 */
export function roomsOn(urls: readonly string[], clients: readonly DrillClient[], spread: boolean): Member[][] {
  const [firstUrl] = urls;
  if (firstUrl === undefined) throw new Error('there is no node to meet on');
  const at = (index: number): string => urls[index % urls.length] ?? firstUrl;
  if (spread) return [clients.map((client, index) => ({ client, url: at(index) }))];
  const count = Math.max(1, Math.min(urls.length, Math.floor(clients.length / 2)));
  const rooms = Array.from({ length: count }, (): Member[] => []);
  for (const [index, client] of clients.entries()) {
    const room = index % count;
    rooms[room]?.push({ client, url: at(room) });
  }
  return rooms;
}
