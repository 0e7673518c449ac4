import { expect, test } from 'vitest';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import { roomsOn } from './rooms.ts';

const urls = ['one', 'two', 'three'];
const clients = (count: number): DrillClient[] =>
  Array.from({ length: count }, (_, index) => ({ participantId: `bot-${index + 1}` }) as DrillClient);

const shown = (count: number, spread: boolean): string[][] =>
  roomsOn(urls, clients(count), spread).map((room) => room.map(({ client, url }) => `${client.participantId} ${url}`));

test('each node has a room, and each room at least two people', () => {
  expect(shown(7, false)).toEqual([
    ['bot-1 one', 'bot-4 one', 'bot-7 one'],
    ['bot-2 two', 'bot-5 two'],
    ['bot-3 three', 'bot-6 three'],
  ]);
  expect(shown(5, false)).toEqual([
    ['bot-1 one', 'bot-3 one', 'bot-5 one'],
    ['bot-2 two', 'bot-4 two'],
  ]);
  expect(shown(3, false)).toEqual([['bot-1 one', 'bot-2 one', 'bot-3 one']]);
});

test('the people of a room that is spread enter at all nodes in turn', () => {
  expect(shown(4, true)).toEqual([['bot-1 one', 'bot-2 two', 'bot-3 three', 'bot-4 one']]);
});
