import { encodingsFor } from '../../../client/media/encodings.ts';
import { layersForTile } from '../../../core/view/layers.ts';
import { mostInSmallRooms, SPARE_MICROPHONES } from '../../../core/view/selection.ts';

/** What an operator plans for. Null: no limit. */
export interface Demand {
  readonly rooms: number;
  /** In each room. */
  readonly participants: number;
  /** Of them, those with camera and microphone. */
  readonly publishers: number;
  /** Cameras on one screen. */
  readonly visible: number;
  readonly lastN: number | null;
  readonly loudestN: number | null;
  /** PAGE_SIZE: what is ready beside what a viewer receives goes by it. */
  readonly pageSize: number;
  /** Consumers that one worker, and with it one core, is meant to carry (WORKER_CAPACITY). */
  readonly workerCapacity: number;
  /** What one core sends a second, as measured; null if that is not known. */
  readonly packetsPerCore: number | null;
}

export interface Load {
  /** What somebody receives who publishes nothing; a publisher, if everybody publishes. */
  readonly receivedByOne: number;
  /** Consumers that are open for that person beside these, paused, so that a page turns at once. */
  readonly readyForOne: number;
  /** Consumers of all rooms, those that are paused included. */
  readonly consumers: number;
  readonly workers: number;
  /** A second. */
  readonly packetsSent: number;
  /** So that none is busier than `BUSY_AT_MOST`; null without a measured figure. */
  readonly cores: number | null;
  /** The server sends and receives. */
  readonly sentBps: number;
  readonly receivedBps: number;
}

export interface Capacity {
  /** Everybody receives everybody else's camera and microphone: with all publishing, n × (n - 1) × 2 consumers. */
  readonly everything: Load;
  /** Pages, last-N and loudest-N as they were asked for. */
  readonly limited: Load;
  /** The height of the picture that fills a tile. */
  readonly layerHeight: number;
  readonly cameraBps: number;
}

/** A camera of 1280×720, as the SDK sends it, on a page of that size. */
const CAMERA_HEIGHT = 720;
const PAGE_WIDTH = 1280;
const CAMERA = encodingsFor('camera', CAMERA_HEIGHT, {}).map((encoding) => ({
  height: CAMERA_HEIGHT / Number(encoding.scaleResolutionDownBy),
  bps: Number(encoding.maxBitrate),
}));
/** Opus sends one for every 20 ms. */
const MICROPHONE_PACKETS = 50;
const FRAMES_PER_SECOND = 30;
/** What is left in a packet for media. */
const PAYLOAD_BITS = 8 * 1_200;
/** Sound and pictures suffer on a core that has no time left for a moment of more. */
export const BUSY_AT_MOST = 0.7;
const MICROPHONE_BPS = Number(encodingsFor('microphone', 0, {})[0]?.maxBitrate);

export function planCapacity(demand: Demand): Capacity {
  const { publishers, visible, lastN, loudestN, pageSize } = demand;
  const everything: Share = (others) => ({ cameras: others, microphones: others, ready: 0 });
  const limited: Share = (others) => {
    const cameras = Math.min(visible, lastN ?? others, others);
    const microphones = Math.min(loudestN ?? others, others);
    const left = { cameras: others - cameras, microphones: others - microphones };
    const isSmall = 2 * others <= mostInSmallRooms(pageSize);
    const most = isSmall
      ? { cameras: others, microphones: others }
      : { cameras: pageSize, microphones: SPARE_MICROPHONES };
    const ready = Math.min(left.cameras, most.cameras) + Math.min(left.microphones, most.microphones);
    return { cameras, microphones, ready };
  };
  const layer = layerOf(limited(publishers).cameras);
  return {
    // Whoever receives everything shows it too: on tiles as small as so many are.
    everything: loadOf(demand, everything, layerOf(publishers).bps),
    limited: loadOf(demand, limited, layer.bps),
    layerHeight: layer.height,
    cameraBps: layer.bps,
  };
}

/** What somebody gets in a room with so many others who publish. */
type Share = (others: number) => { readonly cameras: number; readonly microphones: number; readonly ready: number };

function loadOf(
  { rooms, participants, publishers, workerCapacity, packetsPerCore }: Demand,
  share: Share,
  cameraBps: number,
): Load {
  const viewers = participants - publishers;
  const viewer = share(publishers);
  const publisher = share(Math.max(0, publishers - 1));
  const total = (of: (each: ReturnType<Share>) => number): number =>
    rooms * (viewers * of(viewer) + publishers * of(publisher));
  const cameras = total((each) => each.cameras);
  const microphones = total((each) => each.microphones);
  const consumers = cameras + microphones + total(({ ready }) => ready);
  const one = viewers > 0 ? viewer : publisher;
  const packetsSent = cameras * packetsOf(cameraBps) + microphones * MICROPHONE_PACKETS;
  return {
    receivedByOne: one.cameras + one.microphones,
    readyForOne: one.ready,
    consumers,
    workers: Math.max(1, Math.ceil(consumers / workerCapacity)),
    packetsSent,
    cores: packetsPerCore === null ? null : Math.ceil(packetsSent / (BUSY_AT_MOST * packetsPerCore)),
    sentBps: cameras * cameraBps + microphones * MICROPHONE_BPS,
    receivedBps: rooms * publishers * (CAMERA.reduce((sum, { bps }) => sum + bps, 0) + MICROPHONE_BPS),
  };
}

/** Each frame begins a packet. */
function packetsOf(cameraBps: number): number {
  return FRAMES_PER_SECOND * Math.ceil(cameraBps / FRAMES_PER_SECOND / PAYLOAD_BITS);
}

/** The layer of a camera on a screen with so many of them. */
function layerOf(cameras: number): { readonly height: number; readonly bps: number } {
  const width = PAGE_WIDTH / Math.max(1, Math.ceil(Math.sqrt(cameras)));
  const tile = { width, height: (width * 9) / 16, pinned: false };
  const layers = { heights: CAMERA.map(({ height }) => height), temporalLayers: 3 };
  return CAMERA[layersForTile(tile, 'camera', layers, null).spatialLayer] ?? { height: 0, bps: 0 };
}
