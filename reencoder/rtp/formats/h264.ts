import { joinAnnexB, LAST_SLICE_TYPE, NAL_TYPE, nalTypeOf, splitAnnexB } from '../../codecs/h264.ts';
import type { CodedFrame } from '../../frames.ts';
import { BROKEN, cutEvenly, type JoinedFrame, type Packetizer, type PayloadFormat } from './PayloadFormat.ts';

const { idrSlice: IDR_SLICE, sps: SPS, pps: PPS, accessUnitDelimiter: ACCESS_UNIT_DELIMITER } = NAL_TYPE;

/** Packet types (RFC 6184 table 1). */
const LAST_SINGLE = 23;
const STAP_A = 24;
const FU_A = 28;

/** Real parameter sets take a few dozen bytes. */
const MAX_PARAMETER_SET_BYTES = 1_024;
const MAX_PARAMETER_SETS = 32;

/** RTP payload format for H264, packetization mode 1 (RFC 6184); frames come as Annex B. */
export class H264Format implements PayloadFormat {
  /** The current parameter sets, by type. A keyframe without them gets these. */
  #parameterSets: { [SPS]: Buffer[]; [PPS]: Buffer[] } = { [SPS]: [], [PPS]: [] };

  startsKeyframe(payload: Buffer): boolean {
    return splitPayload(payload)?.some((unit) => unit.first && nalTypeOf(unit.bytes) === SPS) ?? false;
  }

  join(payloads: readonly Buffer[]): JoinedFrame {
    const units = joinUnits(payloads)?.filter((unit) => nalTypeOf(unit) !== ACCESS_UNIT_DELIMITER);
    if (units === undefined) return BROKEN;
    this.#remember(units);
    if (!units.some((unit) => nalTypeOf(unit) <= LAST_SLICE_TYPE)) return { type: 'nothing' };
    if (!units.some((unit) => nalTypeOf(unit) === IDR_SLICE)) return toFrame(units, false);

    const pictures = units.filter((unit) => nalTypeOf(unit) !== SPS && nalTypeOf(unit) !== PPS);
    const sets = [...this.#parameterSets[SPS], ...this.#parameterSets[PPS]];
    if (this.#parameterSets[SPS].length === 0 || this.#parameterSets[PPS].length === 0) return BROKEN;
    return toFrame([...sets, ...pictures], true);
  }

  /** Sets that come together replace the earlier ones. */
  #remember(units: readonly Buffer[]): void {
    for (const type of [SPS, PPS] as const) {
      const sets = units.filter((unit) => nalTypeOf(unit) === type && unit.length <= MAX_PARAMETER_SET_BYTES);
      if (sets.length > 0 && sets.length <= MAX_PARAMETER_SETS) this.#parameterSets[type] = sets;
    }
  }
}

export class H264Packetizer implements Packetizer {
  packetize(frame: CodedFrame, maxBytes: number): Buffer[][] {
    const units = splitAnnexB(frame.data).filter((unit) => nalTypeOf(unit) !== ACCESS_UNIT_DELIMITER);
    const sets = units.filter((unit) => nalTypeOf(unit) === SPS || nalTypeOf(unit) === PPS);
    const pictures = units.filter((unit) => nalTypeOf(unit) !== SPS && nalTypeOf(unit) !== PPS);
    const setBytes = sets.reduce((sum, set) => sum + 2 + set.length, 1);
    const first =
      sets.length > 1 && setBytes <= maxBytes ? [aggregate(sets)] : sets.flatMap((set) => cutUnit(set, maxBytes));
    return [...first, ...pictures.flatMap((unit) => cutUnit(unit, maxBytes))];
  }
}

/** Builds a STAP-A. Its NRI is the highest of its units'. */
function aggregate(units: readonly Buffer[]): Buffer[] {
  const importance = Math.max(...units.map((unit) => unit.readUInt8(0) & 0x60));
  return [Buffer.from([importance | STAP_A]), ...units.flatMap((unit) => [toUInt16(unit.length), unit])];
}

/** Returns the unit unchanged if it fits, else as FU-As. */
function cutUnit(unit: Buffer, maxBytes: number): Buffer[][] {
  if (unit.length <= maxBytes) return [[unit]];
  const header = unit.readUInt8(0);
  const pieces = cutEvenly(unit.subarray(1), maxBytes - 2);
  return pieces.map((piece, i) => {
    const startAndEnd = i === 0 ? 0x80 : i === pieces.length - 1 ? 0x40 : 0;
    return [Buffer.from([(header & 0x60) | FU_A, startAndEnd | (header & 0x1f)]), piece];
  });
}

interface UnitPart {
  /** The first part includes the NAL unit's header. */
  readonly bytes: Buffer;
  readonly first: boolean;
  readonly last: boolean;
}

/** Returns null if the payloads break the format. */
function joinUnits(payloads: readonly Buffer[]): Buffer[] | null {
  const units: Buffer[] = [];
  let open: Buffer[] | null = null; // Parts of an unfinished unit.
  for (const payload of payloads) {
    const parts = splitPayload(payload);
    if (parts === null) return null;
    for (const part of parts) {
      if (part.first !== (open === null)) return null;
      open ??= [];
      open.push(part.bytes);
      if (!part.last) continue;
      units.push(open.length === 1 ? part.bytes : Buffer.concat(open));
      open = null;
    }
  }
  return open === null ? units : null;
}

function splitPayload(payload: Buffer): UnitPart[] | null {
  const type = nalTypeOf(payload);
  if (type >= 1 && type <= LAST_SINGLE) return [{ bytes: payload, first: true, last: true }];
  if (type === STAP_A) return splitAggregate(payload);
  return type === FU_A ? splitFragment(payload) : null;
}

function splitAggregate(payload: Buffer): UnitPart[] | null {
  const parts: UnitPart[] = [];
  let at = 1;
  while (at < payload.length) {
    if (at + 2 > payload.length) return null;
    const end = at + 2 + payload.readUInt16BE(at);
    const bytes = payload.subarray(at + 2, end);
    const type = nalTypeOf(bytes);
    if (end > payload.length || type < 1 || type > LAST_SINGLE) return null;
    parts.push({ bytes, first: true, last: true });
    at = end;
  }
  return parts.length > 0 ? parts : null;
}

function splitFragment(payload: Buffer): UnitPart[] | null {
  const [indicator, header] = payload;
  if (indicator === undefined || header === undefined || payload.length < 3) return null;
  const first = (header & 0x80) !== 0;
  const last = (header & 0x40) !== 0;
  const type = header & 0x1f;
  if ((first && last) || type < 1 || type > LAST_SINGLE) return null;
  const rest = payload.subarray(2);
  return [{ bytes: first ? Buffer.concat([Buffer.from([(indicator & 0xe0) | type]), rest]) : rest, first, last }];
}

function toFrame(units: readonly Buffer[], keyframe: boolean): JoinedFrame {
  return { type: 'frame', data: joinAnnexB(units), keyframe };
}

function toUInt16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value, 0);
  return bytes;
}
