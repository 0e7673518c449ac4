import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Adapt, type AttachAnswer, REENCODED_LAYERS, type Release } from '../../../core/reencoding/messages.ts';
import type { ReencodingPort, SidecarChannel } from '../../../core/reencoding/ports.ts';
import { IvfReader } from '../../../reencoder/codecs/ivf.ts';

const FPS = 15;
const PULSE_MS = 50;

/** A second of moving VP8 pictures in three sizes, lowest first; each begins with a keyframe. */
export async function recordLayers(): Promise<readonly (readonly Buffer[])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-layers-'));
  try {
    return await Promise.all(
      [180, 360, 720].map(async (height) => {
        const file = join(folder, `${height}.ivf`);
        const source = `testsrc2=size=${(height * 16) / 9}x${height}:rate=${FPS}:duration=1`;
        const encoding = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '300', '-b:v', '400k'];
        await promisify(execFile)('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoding, '-y', file]);
        return new IvfReader().push(await readFile(file)).map(({ data }) => data);
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Returns the height in a packet with the beginning of a VP8 keyframe (RFC 7741, RFC 6386 section 9.1). */
function heightOfVp8(packet: Buffer): number | null {
  const csrcs = (packet[0] ?? 0) & 0x0f;
  const hasExtension = ((packet[0] ?? 0) & 0x10) !== 0;
  let at = 12 + 4 * csrcs;
  if (hasExtension) at += 4 + 4 * packet.readUInt16BE(at + 2);
  const descriptor = packet[at] ?? 0;
  if ((descriptor & 0x10) === 0) return null;
  at += 1;
  if ((descriptor & 0x80) !== 0) {
    const extended = packet[at] ?? 0;
    at += 1;
    if ((extended & 0x80) !== 0) at += ((packet[at] ?? 0) & 0x80) !== 0 ? 2 : 1;
    if ((extended & 0x40) !== 0) at += 1;
    if ((extended & 0x30) !== 0) at += 1;
  }
  const isKeyframe = ((packet[at] ?? 1) & 1) === 0;
  return isKeyframe && packet.length >= at + 10 ? packet.readUInt16LE(at + 8) & 0x3fff : null;
}

type Attached = Extract<AttachAnswer, { type: 'attached' }>;

interface SentLayer {
  readonly ssrc: number;
  readonly frames: readonly Buffer[];
  at: number;
  sequence: number;
  packets: number;
  octets: number;
  framesOut: number;
}

/**
 * A sidecar that shows recorded pictures instead of the source's, over real sockets. It stops, hangs and goes away on
 * demand, and answers a keyframe request with the beginning of its recording.
 */
export class FakeSidecar {
  readonly link: SidecarChannel;
  readonly adapts: Adapt[] = [];
  readonly releases: Release[] = [];
  answer: AttachAnswer | null = null;
  /** Whole frames of the source that came in. */
  framesIn = 0;
  /** The height of the picture in the last keyframe that came in. */
  heightIn = 0;
  keyframeRequests = 0;
  /** If false, no media goes out any more, though pulses do. */
  sends = true;
  /** If false, no pulse goes out any more. */
  pulses = true;
  /** The highest layer that it has CPU for. */
  highestLayer = REENCODED_LAYERS - 1;
  readonly #desk: ReencodingPort;
  readonly #recording: readonly (readonly Buffer[])[];
  readonly #tap: Socket;
  readonly #republish: Socket;
  readonly #timers: NodeJS.Timeout[] = [];
  #layers: SentLayer[] = [];
  #timestamp = 90_000;
  #jobId = '';
  #frame = 0;

  static async open(
    desk: ReencodingPort,
    recording: readonly (readonly Buffer[])[],
    sidecarId: string,
  ): Promise<FakeSidecar> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const;
    for (const socket of sockets) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    return new FakeSidecar(desk, recording, sidecarId, sockets);
  }

  private constructor(
    desk: ReencodingPort,
    recording: readonly (readonly Buffer[])[],
    sidecarId: string,
    [tap, republish]: readonly [Socket, Socket],
  ) {
    this.#desk = desk;
    this.#recording = recording;
    this.#tap = tap;
    this.#republish = republish;
    this.link = {
      sidecarId,
      name: sidecarId,
      adapt: (message) => {
        this.adapts.push(message);
        if (this.answer?.type === 'attached') this.answer = { ...this.answer, targets: message.targets };
      },
      release: (message) => {
        this.releases.push(message);
        if (message.jobId === this.#jobId) this.stop();
      },
    };
    tap.on('message', (packet) => {
      const secondByte = packet[1] ?? 0;
      const isRtcp = secondByte >= 192 && secondByte <= 223;
      const endsFrame = (secondByte & 0x80) !== 0;
      if (!isRtcp && endsFrame) this.framesIn += 1;
      if (!isRtcp) this.heightIn = heightOfVp8(packet) ?? this.heightIn;
    });
    republish.on('message', (packet) => this.#feedback(packet));
  }

  get jobId(): string {
    return this.#jobId;
  }

  /** Frames that went out, of all layers. */
  get framesOut(): number {
    return this.#layers.reduce((sum, { framesOut }) => sum + framesOut, 0);
  }

  async attach(
    jobId: string,
    attempt = 1,
    change: { inputs?: ('VP8' | 'VP9' | 'H264')[]; address?: string } = {},
  ): Promise<AttachAnswer> {
    this.#jobId = jobId;
    const answer = await this.#desk.attach(this.link, {
      jobId,
      attempt,
      address: change.address ?? '127.0.0.1',
      tapPort: this.#tap.address().port,
      republishPort: this.#republish.address().port,
      srtp: null,
      engine: 'libav',
      inputs: change.inputs ?? ['VP8', 'VP9', 'H264'],
      outputs: ['VP8'],
    });
    this.answer = answer;
    if (answer.type === 'attached') this.#start(answer);
    return answer;
  }

  /** The message that it sends each second. */
  tell(stats: { width: number; height: number }): void {
    this.#desk.stats(this.link, {
      ...stats,
      jobId: this.#jobId,
      sheddingFrom: null,
      framesShed: 0,
      keyframeRequestsAbsorbed: this.keyframeRequests,
      keyframeRequestsSent: 0,
      packetsLost: 0,
      packetsRecovered: 0,
      latencyMs: 8,
      cpuCores: 0.3,
      rssBytes: 150_000_000,
    });
  }

  detach(handOver: boolean): void {
    this.#desk.detach(this.link, { jobId: this.#jobId, reason: 'told to', handOver });
    if (!handOver) this.stop();
  }

  /** The sidecar dies: nothing goes out, and its channel closes. */
  die(): void {
    this.stop();
    this.#desk.lost(this.link);
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  close(): void {
    this.stop();
    this.#tap.close();
    this.#republish.close();
  }

  #start({ republish }: Attached): void {
    this.#layers = republish.layers.map(({ ssrc }, layer) => ({
      ssrc,
      frames: this.#recording[layer] ?? [],
      at: 0,
      sequence: 1_000 * layer,
      packets: 0,
      octets: 0,
      framesOut: 0,
    }));
    this.#timers.push(
      setInterval(() => this.#pulse(), PULSE_MS),
      setInterval(() => this.#send(), 1_000 / FPS),
    );
  }

  #pulse(): void {
    if (!this.pulses) return;
    const framesOut = this.#layers.map((layer) => layer.framesOut);
    const { framesIn, highestLayer } = this;
    this.#desk.pulse(this.link, { tracks: [{ jobId: this.#jobId, framesIn, framesOut, highestLayer }] });
  }

  #send(): void {
    const { answer } = this;
    if (answer?.type !== 'attached' || !this.sends) return;
    this.#timestamp += 90_000 / FPS;
    this.#frame += 1;
    for (const [index, layer] of this.#layers.entries()) {
      if (!answer.targets[index]?.active) {
        layer.at = 0; // The layer begins with a keyframe when it is wanted again.
        continue;
      }
      const frame = layer.frames[layer.at % layer.frames.length];
      layer.at += 1;
      if (frame) this.#sendFrame(layer, frame, answer);
    }
    if (this.#frame % FPS === 1) for (const layer of this.#layers) this.#sendReport(layer, answer);
  }

  #sendFrame(layer: SentLayer, frame: Buffer, { republish }: Attached): void {
    const size = 1_100;
    for (let at = 0; at < frame.length; at += size) {
      const payload = frame.subarray(at, at + size);
      const header = Buffer.alloc(16);
      header[0] = 0x80;
      header[1] = republish.payloadType | (at + size >= frame.length ? 0x80 : 0);
      header.writeUInt16BE(layer.sequence & 0xffff, 2);
      header.writeUInt32BE(this.#timestamp >>> 0, 4);
      header.writeUInt32BE(layer.ssrc, 8);
      // RFC 7741: extended descriptor with a picture id of 15 bits.
      header[12] = 0x80 | (at === 0 ? 0x10 : 0);
      header[13] = 0x80;
      header.writeUInt16BE(0x8000 | (layer.framesOut & 0x7fff), 14);
      layer.sequence += 1;
      layer.packets += 1;
      layer.octets += payload.length;
      this.#republish.send(Buffer.concat([header, payload]), republish.port, republish.address);
    }
    layer.framesOut += 1;
  }

  #sendReport(layer: SentLayer, { republish }: Attached): void {
    const report = Buffer.alloc(28);
    const now = Date.now() / 1_000 + 2_208_988_800;
    report[0] = 0x80;
    report[1] = 200;
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(layer.ssrc, 4);
    report.writeUInt32BE(Math.floor(now), 8);
    report.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), 12);
    report.writeUInt32BE(this.#timestamp >>> 0, 16);
    report.writeUInt32BE(layer.packets, 20);
    report.writeUInt32BE(layer.octets, 24);
    this.#republish.send(report, republish.port, republish.address);
  }

  /** Handles RTCP from the node: PLI (RFC 4585) and FIR (RFC 5104) for the layer that they name. */
  #feedback(packet: Buffer): void {
    for (let at = 0; at + 12 <= packet.length; at += 4 * (packet.readUInt16BE(at + 2) + 1)) {
      const format = (packet[at] ?? 0) & 0x1f;
      if (packet[at + 1] !== 206 || (format !== 1 && format !== 4)) continue;
      const ssrc = packet.readUInt32BE(at + (format === 1 ? 8 : 12));
      const layer = this.#layers.find((candidate) => candidate.ssrc === ssrc);
      if (!layer) continue;
      this.keyframeRequests += 1;
      layer.at = 0;
    }
  }
}
