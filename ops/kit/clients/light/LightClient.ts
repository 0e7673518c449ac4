import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'socket.io-client';
import type { z } from 'zod';
import { RTP_CAPABILITIES } from '../../../../core/media/codecs.ts';
import type { ConsumerOffer } from '../../../../signaling/protocol/notifications.ts';
import { Id, type TrackKind } from '../../../../signaling/protocol/shapes.ts';
import { ask } from '../../ask.ts';
import { enter } from '../../enter.ts';
import { FirstKeyframe } from '../../FirstKeyframe.ts';
import { pictureLossIndication } from '../../pictureLossIndication.ts';
import { toRtpPacket } from '../../toRtpPacket.ts';
import { heedOnly } from './heedOnly.ts';
import { type DtlsAnswer, LightPeer } from './LightPeer.ts';
import { LightCamera, LightMicrophone } from './LightTrack.ts';
import {
  Closed,
  Committed,
  Encodings,
  Entered,
  heeds,
  LayersWanted,
  Offered,
  Opened,
  PublishedTrack,
  Publisher,
  publishes,
} from './messages.ts';
import { ssrcOf } from './rtp.ts';

export interface LightPerson {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /**
   * `signals`: the server gives it transports and consumers, but it never connects to them; `speaks`: sends a camera
   * and a microphone, and does not receive either; `receives`; `talks`: both; `waits`: connects both ways and sends
   * when told to (`publish`), with the microphone muted.
   */
  readonly does: 'signals' | 'speaks' | 'receives' | 'talks' | 'waits';
  /** What it shows: this many of the cameras that it knows, each in a tile of this size. */
  readonly tiles: number;
  readonly tile: { readonly width: number; readonly height: number };
  /** Whether it stops sending layers that nobody wants, as browsers do. */
  readonly savesLayers: boolean;
  /** Whether it resumes after a lost connection; otherwise that is a failure. */
  readonly comesBack?: boolean;
}

/** Times are ms since the epoch; null if it has not happened. */
export interface LightTimes {
  readonly joined: number | null;
  /** First whole keyframe of each picture, first packet of each sound. */
  readonly firstPictures: readonly number[];
  readonly firstSounds: readonly number[];
}

export interface LightStatus {
  readonly name: string;
  readonly failure: string | null;
  /** In the room, connected, with everything published that it published before. */
  readonly isIn: boolean;
  /** The tracks whose publication was acknowledged. */
  readonly published: readonly string[];
  /** How often it came back after a lost connection. */
  readonly returns: number;
  readonly packetsReceived: number;
  readonly consumers: number;
  /** Of those that are open and not paused: how many have brought something. */
  readonly flowing: number;
}

/** A page measures its tiles once they are there, and reports them a little later (client/view). */
const VIEW_AFTER_MS = 150;
const FRAME_MS = 1_000 / 30;
const SOUND_MS = 20;
/** A decoder waits this long for a keyframe before it asks for one. */
const ASK_AFTER_MS = 1_000;
const RETRY_MS = 250;
const RETURN_LIMIT_MS = 60_000;
/** What light clients receive: one codec of each kind, and what the bandwidth estimate needs. */
const CAPABILITIES = {
  codecs: (RTP_CAPABILITIES.codecs ?? []).filter(({ mimeType }) => /^(video\/vp8|audio\/opus)$/i.test(mimeType)),
  headerExtensions: (RTP_CAPABILITIES.headerExtensions ?? []).filter(({ uri }) =>
    /abs-send-time|transport-wide-cc/.test(uri),
  ),
};

interface Incoming {
  readonly consumerId: string;
  readonly kind: TrackKind;
  readonly keyframe: FirstKeyframe;
  firstAt: number | null;
}

/** A person who does all of the signaling and, if wanted, all of the network's part of WebRTC, without any codec. */
export class LightClient {
  readonly #person: LightPerson;
  #socket: Socket | undefined;
  #failure: Error | undefined;
  #joinedAt: number | null = null;
  /** Cameras of others. */
  readonly #cameras = new Set<string>();
  readonly #incoming = new Map<number, Incoming>();
  #reporting: ReturnType<typeof setTimeout> | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;
  #send: LightPeer | undefined;
  #receive: LightPeer | undefined;
  readonly #camera = new LightCamera();
  readonly #microphone = new LightMicrophone();
  readonly #stops: (() => void)[] = [];
  /** The tracks whose publication was acknowledged, with what carries them. */
  readonly #published = new Map<string, LightCamera | LightMicrophone>();
  #entered: z.infer<typeof Entered> | undefined;
  #isIn = false;
  #returns = 0;
  #closed = false;

  constructor(person: LightPerson) {
    this.#person = person;
  }

  get #isTalking(): boolean {
    return this.#person.does === 'talks' || this.#person.does === 'speaks';
  }

  get times(): LightTimes {
    const of = (kind: TrackKind): number[] =>
      [...this.#incoming.values()].flatMap((each) =>
        each.kind === kind && each.firstAt !== null ? [each.firstAt] : [],
      );
    return { joined: this.#joinedAt, firstPictures: of('video'), firstSounds: of('audio') };
  }

  get status(): LightStatus {
    const incoming = [...this.#incoming.values()];
    return {
      name: this.#person.name,
      isIn: this.#isIn,
      published: [...this.#published.keys()],
      returns: this.#returns,
      failure: this.#failure ? `${this.#failure.message} ${this.#failure.cause ?? ''}` : null,
      packetsReceived: this.#receive?.packetsReceived ?? 0,
      consumers: incoming.length,
      flowing: incoming.filter(({ firstAt }) => firstAt !== null).length,
    };
  }

  /** Resolves once it is in the room, its transports are connected, and it publishes if it `talks`. */
  async enter(): Promise<void> {
    const { url, token, name } = this.#person;
    try {
      const entry = enter(url, token, name);
      await this.#enter(entry);
      this.#stay(entry.socket);
      if (this.#isTalking) await this.publish();
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Resolves once the room has its camera and its microphone. */
  async publish(): Promise<void> {
    const isTalking = this.#isTalking;
    // What nobody looks at yet is sent small at first: a hundred cameras at full size would starve the machine.
    if (!isTalking) this.#camera.maxLayer = 0;
    for (const [source, media] of [
      ['microphone', this.#microphone],
      ['camera', this.#camera],
    ] as const) {
      const trackId = randomUUID();
      const muted = source === 'microphone' && !isTalking;
      await ask(this.#socketNow(), 'publish', { commandId: randomUUID(), trackId, source, muted });
      this.#published.set(trackId, media);
      await this.#produce(trackId, media);
    }
    this.#stops.push(onBeat(FRAME_MS, () => this.#send && this.#camera.film(this.#send)));
    if (isTalking) this.#stops.push(onBeat(SOUND_MS, () => this.#send && this.#microphone.talk(this.#send)));
  }

  /** Gives up its place in the room. */
  async leave(): Promise<void> {
    this.#closed = true;
    await ask(this.#socketNow(), 'leave', { commandId: randomUUID() });
    this.close();
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    this.#leaveMedia();
    this.#socket?.disconnect();
  }

  async #enter({ socket, joined }: ReturnType<typeof enter>): Promise<void> {
    this.#socket = socket;
    this.#listen(socket);
    const answer = await joined;
    this.#joinedAt ??= performance.timeOrigin + performance.now();
    const entered = Entered.parse(answer);
    this.#entered = entered;
    for (const participant of entered.room.participants) {
      if (!publishes(participant)) continue;
      const { id, tracks } = Publisher.parse(participant);
      for (const track of tracks) this.#know(id, { trackId: track.id, kind: track.kind });
    }
    await this.#openMedia(socket);
  }

  /** It is in: from now on a lost connection is answered. */
  #stay(socket: Socket): void {
    this.#isIn = true;
    if (this.#closed) this.close();
    else if (!socket.connected) void this.#comeBack('it was lost while entering');
    else socket.once('disconnect', (reason) => void this.#comeBack(reason));
  }

  async #openMedia(socket: Socket): Promise<void> {
    const { does } = this.#person;
    const { transports } = Opened.parse(await ask(socket, 'openMedia', { rtpCapabilities: CAPABILITIES }));
    const receives = does !== 'signals' && does !== 'speaks';
    const sends = this.#isTalking || does === 'waits';
    const nobody: DtlsAnswer = { role: 'client', fingerprints: [fingerprintOfNobody()] };
    [this.#receive, this.#send] = await Promise.all([
      receives
        ? LightPeer.open(transports.recv, 'receive', {
            connect: (dtls) => this.#connect(socket, transports.recv.id, dtls),
            onPacket: (packet) => this.#arrived(packet),
          })
        : this.#connect(socket, transports.recv.id, nobody).then(() => undefined),
      sends
        ? LightPeer.open(transports.send, 'send', {
            connect: (dtls) => this.#connect(socket, transports.send.id, dtls),
            onRtcp: (packet) => this.#heed(packet),
          })
        : undefined,
    ]);
    if (receives) this.#asking = setInterval(() => this.#askForKeyframes(), ASK_AFTER_MS);
  }

  /** Resumes the session at one node after another, as the SDK does, but with less care. */
  async #comeBack(why: string): Promise<void> {
    this.#isIn = false;
    this.#leaveMedia();
    const { name, comesBack } = this.#person;
    if (this.#closed) return;
    const [before, deadline] = [this.#entered, performance.now() + RETURN_LIMIT_MS];
    if (!comesBack || !before) {
      this.#failure ??= new Error(`${name} was disconnected: ${why}`);
      return;
    }
    for (let attempt = 1; ; attempt += 1) {
      const url = before.nodes[attempt % before.nodes.length] ?? this.#person.url;
      const entry = enter(url, before.resumeToken, name, (socket) =>
        ask(socket, 'resume', { commandId: randomUUID(), version: 0, session: before.session }),
      );
      try {
        await this.#enter(entry);
        for (const [trackId, media] of this.#published) await this.#produce(trackId, media);
        this.#returns += 1;
        this.#stay(entry.socket);
        return;
      } catch (error) {
        entry.socket.disconnect();
        if (this.#closed) return;
        if (performance.now() > deadline) {
          this.#failure ??= new Error(`${name} cannot come back (${why})`, { cause: error });
          return;
        }
        await sleep(RETRY_MS * (1 + Math.random()));
      }
    }
  }

  #leaveMedia(): void {
    clearTimeout(this.#reporting);
    clearInterval(this.#asking);
    this.#send?.close();
    this.#receive?.close();
    this.#send = undefined;
    this.#receive = undefined;
    this.#incoming.clear();
  }

  #socketNow(): Socket {
    if (!this.#socket) throw new Error(`${this.#person.name} is not in the room`);
    return this.#socket;
  }

  async #produce(trackId: string, { rtpParameters }: LightCamera | LightMicrophone): Promise<void> {
    await ask(this.#socketNow(), 'produce', { trackId, rtpParameters: { ...rtpParameters } });
  }

  #listen(socket: Socket): void {
    heedOnly(socket, heeds);
    socket.on('consumersOpened', (message: unknown, acknowledge: () => void) => {
      this.#consume(Offered.parse(message).consumers);
      acknowledge();
    });
    socket.on('consumersClosed', (message: unknown) => {
      const { consumerIds } = Closed.parse(message);
      for (const [ssrc, { consumerId }] of this.#incoming)
        if (consumerIds.includes(consumerId)) this.#incoming.delete(ssrc);
    });
    // The SDK heals these in its own ways; here all of them end the connection, and whoever `comesBack` resumes.
    for (const event of ['mediaLost', 'outOfDate', 'sessionEnded']) {
      socket.on(event, (message: unknown) => this.#lose(socket, `${event} ${JSON.stringify(message)}`));
    }
    socket.on('layersWanted', (message: unknown) => {
      if (this.#person.savesLayers) this.#camera.maxLayer = LayersWanted.parse(message).maxSpatialLayer;
    });
    socket.on('committed', (message: unknown) => {
      for (const event of Committed.parse(message).events) {
        if (event.type === 'TrackPublished') this.#know(Id.parse(event.participantId), PublishedTrack.parse(event));
        else if (event.type === 'TrackUnpublished') this.#cameras.delete(Id.parse(event.trackId));
      }
    });
  }

  #lose(socket: Socket, why: string): void {
    if (this.#closed || socket !== this.#socket) return;
    if (!this.#person.comesBack) this.#failure ??= new Error(`${this.#person.name} was given up: ${why}`);
    socket.disconnect();
  }

  async #connect(socket: Socket, transportId: string, dtls: DtlsAnswer): Promise<void> {
    await ask(socket, 'connectTransport', { transportId, dtlsParameters: { ...dtls } });
  }

  #know(participantId: string, { trackId, kind }: z.infer<typeof PublishedTrack>): void {
    if (kind !== 'video' || participantId === this.#entered?.participantId || this.#cameras.has(trackId)) return;
    this.#cameras.add(trackId);
    if (this.#cameras.size <= this.#person.tiles) this.#reportViewLater();
  }

  #reportViewLater(): void {
    clearTimeout(this.#reporting);
    this.#reporting = setTimeout(() => {
      const { tile, tiles, name } = this.#person;
      const shown = [...this.#cameras].slice(0, tiles).map((trackId) => ({ trackId, ...tile, pinned: false }));
      if (this.#closed || !this.#socket) return;
      ask(this.#socket, 'setView', { tiles: shown }).catch((error: unknown) => {
        if (!this.#closed) this.#failure ??= new Error(`${name} could not report its tiles`, { cause: error });
      });
    }, VIEW_AFTER_MS);
  }

  #consume(offers: readonly ConsumerOffer[]): void {
    for (const { consumerId, kind, trackId, publisherId, rtpParameters } of offers) {
      this.#know(publisherId, { trackId, kind });
      const [encoding] = Encodings.parse(rtpParameters).encodings;
      if (!encoding) continue;
      this.#incoming.set(encoding.ssrc, { consumerId, kind, keyframe: new FirstKeyframe(), firstAt: null });
    }
  }

  #arrived(packet: Buffer): void {
    const incoming = this.#incoming.get(ssrcOf(packet));
    if (!incoming || incoming.firstAt !== null) return;
    const parsed = incoming.kind === 'video' ? toRtpPacket(packet) : null;
    if (incoming.kind === 'video' && !(parsed && incoming.keyframe.push(parsed))) return;
    incoming.firstAt = performance.timeOrigin + performance.now();
  }

  #askForKeyframes(): void {
    for (const [ssrc, { kind, firstAt }] of this.#incoming) {
      if (kind === 'video' && firstAt === null) this.#receive?.send(pictureLossIndication(ssrc));
    }
  }

  /** Keyframe requests for the camera; RTCP packets follow each other in a datagram. */
  #heed(datagram: Buffer): void {
    for (let at = 0; at + 12 <= datagram.length; at += 4 + 4 * datagram.readUInt16BE(at + 2)) {
      const isPli = datagram.readUInt8(at + 1) === 206 && (datagram.readUInt8(at) & 0x1f) === 1;
      if (isPli) this.#camera.requestKeyframe(datagram.readUInt32BE(at + 8));
    }
  }
}

function fingerprintOfNobody(): DtlsAnswer['fingerprints'][number] {
  return { algorithm: 'sha-256', value: randomBytes(32).toString('hex').toUpperCase().match(/../g)?.join(':') ?? '' };
}

/** Calls `beat` at this pace, from a random moment on, until the returned function is called. It makes up delays. */
function onBeat(everyMs: number, beat: () => void): () => void {
  let next = performance.now() + Math.random() * everyMs;
  let timer: ReturnType<typeof setTimeout>;
  const go = (): void => {
    const now = performance.now();
    // After a long pause the rest is left out, as a camera would.
    if (now - next > 10 * everyMs) next = now;
    for (; next <= now; next += everyMs) beat();
    timer = setTimeout(go, next - now);
  };
  timer = setTimeout(go, next - performance.now());
  return () => clearTimeout(timer);
}
