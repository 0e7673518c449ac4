import type { EngineName } from '../../../../core/reencoding/messages.ts';
import { steadyClock } from '../../../../reencoder/rtp/steadyClock.ts';
import { TrackProcess } from '../../../../reencoder/sidecar/TrackProcess.ts';
import { quietLogger } from '../../../kit/quietLogger.ts';
import type { Contender, ContenderPorts, Layer } from './Contender.ts';
import { SOURCE } from './Source.ts';

const LOOPBACK = '127.0.0.1';
const PAYLOAD_TYPE = 96;

/** Our own contender: the process that a sidecar forks for a track. */
export async function startTrackProcess(
  engine: EngineName,
  layers: readonly Layer[],
  ports: ContenderPorts,
): Promise<Contender> {
  const track = new TrackProcess({ engine }, steadyClock, quietLogger);
  const { tapPort, republishPort } = await track.open(LOOPBACK, false);
  track.attach({
    tap: {
      address: LOOPBACK,
      port: ports.source,
      srtp: null,
      codec: 'VP8',
      ssrc: SOURCE.ssrc,
      payloadType: SOURCE.payloadType,
    },
    republish: {
      address: LOOPBACK,
      port: ports.sink,
      srtp: null,
      codec: 'VP8',
      payloadType: PAYLOAD_TYPE,
      cname: 'camera',
      layers: layers.map(({ ssrc, scaleDownBy }) => ({ ssrc, scaleDownBy })),
    },
    targets: layers.map(({ bitrateBps }) => ({ active: true, bitrateBps })),
    inputPaused: false,
  });
  const stop = async (): Promise<void> => {
    track.kill();
    await track.ended;
  };
  return { inputPort: tapPort, outputPort: republishPort, pid: track.pid ?? 0, stop };
}
