import { MemoryChannels } from '../support/MemoryChannel.ts';
import { describeNodeChannel } from './nodeChannel.ts';

describeNodeChannel('in memory', async () => {
  const ids = { a: 'node-a', b: 'node-b', c: 'node-c' };
  const wires = new MemoryChannels();
  return {
    ids,
    channels: { a: wires.join(ids.a), b: wires.join(ids.b), c: wires.join(ids.c) },
    cut() {
      wires.cut(ids.a, ids.b);
      return () => wires.heal(ids.a, ids.b);
    },
    async close() {
      for (const id of Object.values(ids)) wires.leave(id);
    },
  };
});
