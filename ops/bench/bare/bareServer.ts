import { createServer } from 'node:http';
import { createWorker, type types } from 'mediasoup';
import { Server, type Socket } from 'socket.io';
import { MEDIA_CODECS } from '../../../core/media/codecs.ts';
import { freePort } from '../../kit/freePort.ts';
import { toOffer } from '../../kit/toOffer.ts';

/**
 * mediasoup with the least around it that light clients need: one worker, a router for each room, socket.io, and no
 * record of anything. Everybody gets everything, in the layer that fits its tile. The token is the name of the room. It
 * sends its address and the worker's pid to the process that forked it, and ends with it.
 */
interface Person {
  readonly socket: Socket;
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  readonly rtpCapabilities: types.RtpCapabilities;
  readonly consumers: Map<string, types.Consumer>;
  tiles: ReadonlyMap<string, number>;
}

interface Room {
  readonly router: types.Router;
  readonly people: Map<string, Person>;
  readonly producers: Map<string, { readonly publisherId: string; readonly producer: types.Producer }>;
}

/** The fields of all requests; each has its own. */
interface Request {
  readonly rtpCapabilities: types.RtpCapabilities;
  readonly transportId: string;
  readonly dtlsParameters: types.DtlsParameters;
  readonly trackId: string;
  readonly rtpParameters: types.RtpParameters;
  readonly tiles: readonly { readonly trackId: string; readonly height: number }[];
}
type Answer = (response: object) => void;

/** Of the light clients' cameras. */
const HEIGHTS = [180, 360, 720];
/** As our own server: a layer serves a tile up to this much taller than itself. */
const STRETCH = 1.2;
const FIRST_OUTGOING_ESTIMATE_BPS = 2_000_000;

const worker = await createWorker({ logLevel: 'error' });
const port = await freePort();
const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1', port }] });
const rooms = new Map<string, Promise<Room>>();
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => {
  const roomId = String(socket.handshake.auth.token);
  rooms.set(roomId, rooms.get(roomId) ?? openRoom());
  const on = (name: string, handle: (room: Room, request: Request) => Promise<object>): void => {
    socket.on(name, (request: Request, answer: Answer) => {
      rooms
        .get(roomId)
        ?.then((room) => handle(room, request))
        .then(
          (result) => answer({ ok: true, result }),
          (error: unknown) => answer({ ok: false, error: { code: 'FAILED', message: String(error) } }),
        );
    });
  };
  const me = ({ people }: Room): Person => {
    const person = people.get(socket.id);
    if (!person) throw new Error('no transports');
    return person;
  };
  on('join', async () => ({
    participantId: socket.id,
    session: 1,
    resumeToken: '',
    nodes: [],
    room: { participants: [] },
  }));
  on('openMedia', async (room, { rtpCapabilities }) => {
    const [send, recv] = await Promise.all([openTransport(room), openTransport(room)]);
    const person: Person = { socket, send, recv, rtpCapabilities, consumers: new Map(), tiles: new Map() };
    room.people.set(socket.id, person);
    void consume(person, [...room.producers.keys()], room);
    return { transports: { send: toOffer(send), recv: toOffer(recv) } };
  });
  on('connectTransport', async (room, { transportId, dtlsParameters }) => {
    const { send, recv } = me(room);
    await (transportId === send.id ? send : recv).connect({ dtlsParameters });
    return {};
  });
  on('publish', async () => ({}));
  on('produce', async (room, { trackId, rtpParameters }) => {
    const kind = rtpParameters.codecs[0]?.mimeType.startsWith('video/') ? 'video' : 'audio';
    const producer = await me(room).send.produce({ kind, rtpParameters });
    room.producers.set(trackId, { publisherId: socket.id, producer });
    for (const person of room.people.values()) void consume(person, [trackId], room);
    return { producerId: producer.id };
  });
  on('setView', async (room, { tiles }) => {
    const person = me(room);
    person.tiles = new Map(tiles.map(({ trackId, height }) => [trackId, height]));
    await Promise.all(tiles.map(({ trackId }) => fitLayer(person, trackId)));
    return {};
  });
  socket.on('disconnect', () => {
    void rooms.get(roomId)?.then((room) => {
      const person = room.people.get(socket.id);
      room.people.delete(socket.id);
      person?.send.close();
      person?.recv.close();
      for (const [trackId, { publisherId }] of room.producers) {
        if (publisherId === socket.id) room.producers.delete(trackId);
      }
    });
  });
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('the bare server has no port');
  process.send?.({ url: `http://127.0.0.1:${address.port}`, workerPid: worker.pid });
});
process.on('disconnect', () => {
  worker.close();
  process.exit(0);
});

async function openRoom(): Promise<Room> {
  return {
    router: await worker.createRouter({ mediaCodecs: MEDIA_CODECS }),
    people: new Map(),
    producers: new Map(),
  };
}

function openTransport({ router }: Room): Promise<types.WebRtcTransport> {
  return router.createWebRtcTransport({
    webRtcServer,
    enableUdp: true,
    initialAvailableOutgoingBitrate: FIRST_OUTGOING_ESTIMATE_BPS,
  });
}

/** Opens consumers, and lets them flow once the client has them. */
async function consume(person: Person, trackIds: readonly string[], room: Room): Promise<void> {
  try {
    const opened = await Promise.all(
      trackIds.map(async (trackId) => {
        const published = room.producers.get(trackId);
        if (!published || published.publisherId === person.socket.id || person.consumers.has(trackId)) return [];
        const { producer, publisherId } = published;
        const { recv, rtpCapabilities } = person;
        const consumer = await recv.consume({ producerId: producer.id, rtpCapabilities, paused: true });
        person.consumers.set(trackId, consumer);
        const { id: consumerId, kind, rtpParameters } = consumer;
        const source = kind === 'video' ? 'camera' : 'microphone';
        return [
          { consumerId, producerId: producer.id, publisherId, trackId, source, kind, rtpParameters, paused: false },
        ];
      }),
    );
    const consumers = opened.flat();
    if (consumers.length === 0) return;
    await person.socket.timeout(30_000).emitWithAck('consumersOpened', { consumers });
    await Promise.all(
      consumers.map(async ({ trackId }) => {
        await fitLayer(person, trackId);
        await person.consumers.get(trackId)?.resume();
      }),
    );
  } catch (error) {
    // Whoever leaves takes the transport along.
    if (!person.recv.closed && person.socket.connected) process.stderr.write(`bare server: ${error}\n`);
  }
}

async function fitLayer({ consumers, tiles }: Person, trackId: string): Promise<void> {
  const consumer = consumers.get(trackId);
  const height = tiles.get(trackId);
  if (consumer?.kind !== 'video' || height === undefined) return;
  const layer = HEIGHTS.findIndex((each) => each * STRETCH >= height);
  await consumer.setPreferredLayers({ spatialLayer: layer < 0 ? HEIGHTS.length - 1 : layer, temporalLayer: 2 });
}
