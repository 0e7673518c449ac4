import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../../recovery/journal/InMemoryJournal.ts';
import { PROTOCOL_VERSION } from '../../../../signaling/protocol/version.ts';
import { NO_MEDIA } from '../../../support/noMedia.ts';
import { TestClient } from '../TestClient.ts';
import { TestNode } from '../TestNode.ts';
import { converse } from './converse.ts';
import type { Conversation } from './Recorder.ts';
import { replay, serverSide } from './replay.ts';

/** `EVERROOM_RECORD=FILE` records what today's clients send: the fixture for the next version's neighbours. */
const RECORD = process.env.EVERROOM_RECORD;

describe('conversations', () => {
  let node: TestNode;

  beforeEach(async () => {
    node = await TestNode.start({ engine: 'ws', store: new InMemoryJournalStore(), media: NO_MEDIA });
  });

  afterEach(async () => {
    await node.close();
    expect(node.logger.errors).toEqual([]);
  });

  it('a client of protocol 2 hears the same as from a server of that version', async () => {
    const recorded = JSON.parse(readFileSync(new URL('protocol2.json', import.meta.url), 'utf8')) as Conversation;
    const roomId = await node.createRoom({ name: 'Standup', lobby: false });
    expect(await replay(node, roomId, recorded)).toEqual(serverSide(recorded.steps));
  });

  it("today's clients hear the same whenever they send the same", async () => {
    const recorded = await converse(node, PROTOCOL_VERSION);
    if (RECORD) writeFileSync(RECORD, JSON.stringify(recorded));
    const roomId = await node.createRoom({ name: 'Standup', lobby: false });
    expect(await replay(node, roomId, recorded)).toEqual(serverSide(recorded.steps));
  });

  it.each([1, PROTOCOL_VERSION + 1])(
    'a client of protocol %i is refused, and told what the server speaks',
    async (protocol) => {
      const token = await node.joinToken(await node.createRoom(), 'ann');
      await expect(TestClient.connect(node.url, token, { protocol })).rejects.toMatchObject({
        code: 'PROTOCOL_UNSUPPORTED',
        protocol: PROTOCOL_VERSION,
      });
    },
  );
});
