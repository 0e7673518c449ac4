import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vp8Speed } from '../../../../reencoder/engines/vp8Speed.ts';
import type { PictureSize } from '../../../../reencoder/frames.ts';
import { freePort } from '../../../kit/freePort.ts';
import type { Contender, ContenderPorts, Layer } from './Contender.ts';
import { FILM } from './makeFilm.ts';
import { SOURCE } from './Source.ts';

/** The ffmpeg command alone with the same work: RTP in, the same layers out, but no keyframes on request. */
export async function startPlainFfmpeg(
  folder: string,
  layers: readonly Layer[],
  ports: ContenderPorts,
): Promise<Contender> {
  const inputPort = await freePort();
  const sdp = join(folder, `plain-${inputPort}.sdp`);
  await writeFile(
    sdp,
    [
      ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
      ...[`m=video ${inputPort} RTP/AVP ${SOURCE.payloadType}`, `a=rtpmap:${SOURCE.payloadType} VP8/90000`, ''],
    ].join('\n'),
  );
  const splits = layers.map((_, index) => `[in${index}]`).join('');
  const scales = layers.map((layer, index) => {
    const { width, height } = sizeOf(layer);
    const scale = layer.scaleDownBy === 1 ? 'null' : `scale=${width}:${height}:flags=fast_bilinear`;
    return `[in${index}]${scale}[out${index}]`;
  });
  const outputs = layers.flatMap(({ ssrc, bitrateBps: bps, scaleDownBy }, index) => [
    ...['-map', `[out${index}]`, '-c:v', 'libvpx', '-deadline', 'realtime', '-threads', '1'],
    ...['-cpu-used', vp8Speed(sizeOf({ scaleDownBy }))],
    ...['-lag-in-frames', '0', '-b:v', String(bps), '-minrate', String(bps), '-maxrate', String(bps), '-g', '3000'],
    ...['-fps_mode', 'passthrough', '-f', 'rtp', '-ssrc', String(ssrc), '-pkt_size', '1200', '-payload_type', '96'],
    `rtp://127.0.0.1:${ports.sink}`,
  ]);
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-protocol_whitelist', 'file,udp,rtp', '-flags', 'low_delay', '-threads', '1'],
      ...['-analyzeduration', '0', '-probesize', '32', '-reorder_queue_size', '0', '-i', sdp],
      ...['-filter_complex', [`[0:v]split=${layers.length}${splits}`, ...scales].join(';')],
      ...outputs,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return {
    inputPort,
    outputPort: null,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function sizeOf({ scaleDownBy }: Pick<Layer, 'scaleDownBy'>): PictureSize {
  return { width: FILM.width / scaleDownBy, height: FILM.height / scaleDownBy };
}
