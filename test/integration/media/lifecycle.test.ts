import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMediaPlane, type MediaPlaneOptions } from '../../../core/media/createMediaPlane.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { freePorts } from '../../../ops/kit/freePort.ts';
import { joined, published, resumed } from '../../support/room.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { recordingLogger, silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { rtpParametersOf, SilentPeer } from './SilentPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';
import { heldByWorkers, madeByWorkers, workerPids } from './workers.ts';

let plane: MediaPlane;

beforeEach(async () => {
  plane = await openTestPlane({ workers: 2, workerCapacity: 4 });
});
afterEach(async () => {
  await plane.close();
});

function refusedWith(code: string): unknown {
  return expect.objectContaining({ name: 'MediaError', code });
}

test('media ports take TCP unless that is switched off', async () => {
  for (const iceTcp of [true, false]) {
    const chosen = await openTestPlane({ iceTcp });
    const room = new TestRoom(chosen);
    room.record(joined('ann', 1));
    const { transports } = await SilentPeer.join(chosen, room, 'ann', 1);
    const protocols = transports.send.iceCandidates.map(({ protocol }) => protocol);
    expect(protocols).toEqual(iceTcp ? ['udp', 'tcp'] : ['udp']);
    const socket = connect(transports.send.iceCandidates[0]?.port ?? 0, '127.0.0.1');
    const [outcome] = await Promise.race([
      once(socket, 'connect').then(() => ['taken']),
      once(socket, 'error').then(() => ['refused']),
    ]).catch(() => ['refused']);
    expect(outcome).toBe(iceTcp ? 'taken' : 'refused');
    socket.destroy();
    await room.media.close();
    await chosen.close();
  }
});

describe('sessions', () => {
  test('[J5] a stale session can do nothing, and cannot close the new one', async () => {
    const room = new TestRoom(plane);
    room.record(joined('ann', 1), published('ann', 'mic'), joined('bob', 2));
    const old = await SilentPeer.join(plane, room, 'ann', 1);
    room.record(resumed('ann', 3));
    await expect(old.produce('mic', 'audio')).rejects.toEqual(refusedWith('STALE_SESSION'));
    await expect(SilentPeer.join(plane, room, 'ann', 1)).rejects.toEqual(refusedWith('STALE_SESSION'));
    expect(() => room.media.setView('ann', 1, null)).toThrow(refusedWith('STALE_SESSION') as Error);

    const ann = await SilentPeer.join(plane, room, 'ann', 3);
    await ann.produce('mic', 'audio');
    room.media.closeParticipant('ann', 1);
    expect(room.media.inventory().producers).toHaveLength(1);
    await expect(room.media.connectTransport('ann', 1, old.transports.send.id, { fingerprints: [] })).rejects.toEqual(
      refusedWith('STALE_SESSION'),
    );
    await room.media.close();
  });

  test('[J5] a session that the record has replaced loses its media, even if nobody closes it', async () => {
    const room = new TestRoom(plane);
    room.record(joined('ann', 1), published('ann', 'mic'));
    const old = await SilentPeer.join(plane, room, 'ann', 1);
    await old.produce('mic', 'audio');
    room.record(resumed('ann', 2));
    await waitUntil(() => room.media.inventory().producers.length === 0 || 'the old session still has its producer');
    await room.media.close();
  });

  test('[J5] the producer of a stale session closes, even if it was still opening', async () => {
    const room = new TestRoom(plane);
    room.record(joined('ann', 1), published('ann', 'mic'));
    const old = await SilentPeer.join(plane, room, 'ann', 1);
    const producing = old.produce('mic', 'audio');
    room.record(resumed('ann', 2));
    const opening = SilentPeer.join(plane, room, 'ann', 2);
    await expect(producing).rejects.toEqual(refusedWith('STALE_SESSION'));
    await opening;
    expect(room.media.inventory().producers).toEqual([]);
    await room.media.close();
  });

  test('the second of two consecutive openTransports calls counts', async () => {
    const room = new TestRoom(plane);
    room.record(joined('ann', 1), published('ann', 'mic'));
    const [first, second] = await Promise.allSettled([
      SilentPeer.join(plane, room, 'ann', 1),
      SilentPeer.join(plane, room, 'ann', 1),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: refusedWith('STALE_SESSION') });
    if (second.status !== 'fulfilled') throw second.reason;
    await second.value.produce('mic', 'audio');
    await room.media.close();
  });

  test('producing a track again replaces its producer, and viewers get the new one', async () => {
    const room = new TestRoom(plane);
    room.record(joined('ann', 1), published('ann', 'mic'), joined('bob', 2));
    const ann = await SilentPeer.join(plane, room, 'ann', 1);
    const bob = await SilentPeer.join(plane, room, 'bob', 2);
    const results = await Promise.all([ann.produce('mic', 'audio'), ann.produce('mic', 'audio')]);
    const { producerId } = results[1];
    await waitUntil(() => bob.offers.at(-1)?.producerId === producerId || 'bob was not offered the new producer');
    expect(room.media.inventory().producers).toMatchObject([{ trackId: 'mic', producerId }]);
    await room.media.close();
  });

  test('a call that mediasoup refuses fails, and mediasoup’s own words stay on the server', async () => {
    const room = new TestRoom(plane);
    room.record(joined('ann', 1), published('ann', 'mic'));
    const ann = await SilentPeer.join(plane, room, 'ann', 1);
    const rtpParameters = rtpParametersOf('audio');
    const codecs = rtpParameters.codecs.map((codec) => ({ ...codec, mimeType: 'audio/none' }));
    const refused = room.media.produce('ann', 1, 'mic', { ...rtpParameters, codecs });
    await expect(refused).rejects.toEqual(refusedWith('MEDIA_INVALID'));
    await expect(refused).rejects.not.toThrow(/unsupported codec/);
    await expect(refused).rejects.toMatchObject({ cause: { message: expect.stringContaining('unsupported codec') } });
    await expect(room.media.produce('ann', 1, 'none', rtpParameters)).rejects.toEqual(refusedWith('TRACK_NOT_FOUND'));
    await expect(room.media.restartIce('ann', 1, 'none')).rejects.toEqual(refusedWith('TRANSPORT_NOT_FOUND'));
    const nonsense = JSON.parse('{"codecs":[{}]}');
    await expect(room.media.openTransports('ann', 1, nonsense)).rejects.toEqual(refusedWith('MEDIA_INVALID'));
    await ann.produce('mic', 'audio');
    await room.media.close();
  });

  test('a viewer that does not accept its consumers delays nobody', async () => {
    const room = new TestRoom(plane);
    room.record(joined('ann', 1), published('ann', 'mic'), joined('bob', 2), joined('cem', 3));
    const ann = await SilentPeer.join(plane, room, 'ann', 1);
    await SilentPeer.join(plane, room, 'bob', 2);
    const cem = await SilentPeer.join(plane, room, 'cem', 3);
    room.viewers.set('bob', { consumersOpened: () => Promise.reject(new Error('bob is away')) });
    await ann.produce('mic', 'audio');
    await waitUntil(() => cem.offers.length === 1 || 'cem was not offered the microphone');
    await room.media.close();
  });
});

describe('workers', () => {
  test('workers hold nothing more after a hundred people came and went', async () => {
    const room = new TestRoom(plane);
    room.record(joined('host', 1), published('host', 'host-mic'), published('host', 'host-cam', 'camera'));
    const host = await SilentPeer.join(plane, room, 'host', 1);
    await Promise.all([host.produce('host-mic', 'audio'), host.produce('host-cam', 'video')]);
    for (let round = 0; round < 20; round += 1) {
      const ids = Array.from({ length: 5 }, (_, index) => `guest-${round}-${index}`);
      const session = (index: number): number => 2 + round * 5 + index;
      room.record(...ids.flatMap((id, index) => [joined(id, session(index)), published(id, `${id}-mic`)]));
      await Promise.all(
        ids.map(async (id, index) => {
          const guest = await SilentPeer.join(plane, room, id, session(index));
          // Some leave while their media open.
          if (index % 2 === 0) await guest.produce(`${id}-mic`, 'audio');
          else void guest.produce(`${id}-mic`, 'audio').catch(() => undefined);
        }),
      );
      room.record(
        ...ids.map((participantId) => ({ type: 'ParticipantGone', participantId, departure: 'left', at: 0 }) as const),
      );
    }
    await waitUntil(() => {
      const { producers, consumers } = room.media.inventory();
      return (producers.length === 2 && consumers.length === 0) || 'producers or consumers of guests are left';
    });
    await room.media.close();
    expect(plane.load().consumers).toBe(0);
    await waitUntil(async () => (await heldByWorkers()).routers === 0 || 'routers are left');
    // The WebRtcServers of both workers.
    expect((await heldByWorkers()).handlers).toBe(2);
  });

  test('a worker killed at any moment is replaced, and everybody can come back', async () => {
    const room = new TestRoom(plane);
    const ids = ['ann', 'bob', 'cem'];
    room.record(...ids.flatMap((id, index) => [joined(id, index + 1), published(id, `${id}-mic`)]));
    for (let round = 0; round < 8; round += 1) {
      const before = madeByWorkers();
      const joining = ids.map(async (id, index) => {
        const peer = await SilentPeer.join(plane, room, id, index + 1);
        await peer.produce(`${id}-mic`, 'audio');
      });
      // The worker dies a little later each time: after one more transport or producer.
      const midway = waitUntil(() => madeByWorkers() >= before + round || 'the workers make nothing');
      await Promise.race([Promise.allSettled(joining), midway.catch(() => undefined)]);
      const pids = plane.workerPids();
      signalProcess(pids[round % pids.length], 'SIGKILL');
      // A call in progress is refused or done, never left hanging.
      await Promise.allSettled(joining);
    }
    await waitUntil(() => plane.workerPids().length === 2 || 'a worker is missing');
    await Promise.all(
      ids.map(async (id, index) => {
        const peer = await SilentPeer.join(plane, room, id, index + 1);
        await peer.produce(`${id}-mic`, 'audio');
      }),
    );
    await waitUntil(() => room.media.inventory().consumers.length === 6 || 'not everybody hears everybody');
    await room.media.close();
    expect(plane.load().consumers).toBe(0);
  });

  test('a spare worker that dies is replaced before it is needed', async () => {
    const serving = new Set(plane.workerPids());
    const spares = (): number[] => workerPids().filter((pid) => !serving.has(pid));
    const [spare = 0] = spares();
    process.kill(spare, 'SIGKILL');
    await waitUntil(() => (spares().length === 1 && !spares().includes(spare)) || 'there is no new spare worker');
  });

  test('a worker that hangs is ended and replaced', async () => {
    const hurried = {
      now: systemClock.now,
      setTimer: (ms: number, run: () => void) => systemClock.setTimer(ms / 20, run),
    };
    const hanging = await openTestPlane({ clock: hurried });
    const [pid] = hanging.workerPids();
    signalProcess(pid, 'SIGSTOP');
    await waitUntil(() => !hanging.workerPids().includes(pid ?? 0) || 'the hanging worker is still there');
    const room = new TestRoom(hanging);
    room.record(joined('ann', 1));
    await SilentPeer.join(hanging, room, 'ann', 1);
    await hanging.close();
  });

  async function planeAt(basePort: number, more: Partial<MediaPlaneOptions> = {}): Promise<MediaPlane> {
    return createMediaPlane({
      nodeId: 'node-1',
      ...{ workers: 1, listen: [{ ip: '127.0.0.1' }], basePort, clock: systemClock, logger: silentLogger },
      ...more,
    });
  }

  async function hold(port: number): Promise<Socket> {
    const holder = createSocket('udp4').bind(port, '127.0.0.1');
    await once(holder, 'listening');
    return holder;
  }

  test('two servers run side by side; a third waits until one ends, and its error names the ports', async () => {
    const [basePort = 0] = await freePorts(2);
    const planes = [await planeAt(basePort), await planeAt(basePort)];
    for (const plane of planes) await plane.listen({ besideAnother: true });
    const late = await planeAt(basePort, { clock: { ...systemClock, now: () => Date.now() * 1_000 } });
    await expect(late.listen()).rejects.toMatchObject({ name: 'MediaPortTaken', ports: [basePort, basePort + 1] });
    await expect(late.listen()).rejects.toThrow('MEDIA_PORT');

    let asked = 0;
    const now = (): number => {
      asked += 1;
      return Date.now();
    };
    const third = await planeAt(basePort, { clock: { ...systemClock, now } });
    const listening = third.listen({ besideAnother: true });
    // One look for the time limit, and one for each failed attempt.
    asked = 0;
    await waitUntil(() => asked >= 3 || 'it has not found the ports taken twice');
    await planes[0]?.close();
    await listening;
    await Promise.all([planes[1], late, third].map((plane) => plane?.close()));
  });

  test('a server takes the port that another program left, and names the other', async () => {
    const [basePort = 0] = await freePorts(2);
    const holder = await hold(basePort);
    const logger = recordingLogger();
    const plane = await planeAt(basePort, {
      clock: { ...systemClock, now: () => Date.now() * 1_000 },
      logger,
      listen: [{ ip: '127.0.0.1', announcedPort: 50_000 }],
    });
    await plane.listen();
    await waitUntil(() => logger.lines.some(({ level }) => level === 'warn') || 'nothing is logged');
    expect(logger.lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({
      err: { name: 'MediaPortTaken', ports: [basePort] },
    });

    const room = new TestRoom(plane);
    room.record(joined('ann', 1));
    const { transports } = await SilentPeer.join(plane, room, 'ann', 1);
    expect(transports.send.iceCandidates.map(({ port }) => port)).toEqual([50_001, 50_001]);
    holder.close();
    await plane.close();
  });

  test('a standby without ports also replaces its workers, without binding a port', async () => {
    const [basePort = 0] = await freePorts(2);
    const standby = await planeAt(basePort);
    const [pid] = standby.workerPids();
    signalProcess(pid, 'SIGKILL');
    await waitUntil(() => {
      const [now] = standby.workerPids();
      return (now !== undefined && now !== pid) || 'the worker is not replaced';
    });
    const holders = [await hold(basePort), await hold(basePort + 1)];
    for (const holder of holders) holder.close();
    await standby.close();
  });

  test('the error for a worker that does not run names it and gives advice', async () => {
    const plane = createMediaPlane({
      nodeId: 'node-1',
      workers: 1,
      listen: [{ ip: '127.0.0.1' }],
      basePort: 40_000,
      workerBin: '/nowhere/mediasoup-worker',
      clock: systemClock,
      logger: silentLogger,
    });
    await expect(plane).rejects.toThrow(/\/nowhere\/mediasoup-worker.*npm start/);
  });
});
