import type { InputCodec, OutputCodec } from '../../../core/reencoding/messages.ts';
import { H264Format, H264Packetizer } from './h264.ts';
import type { Packetizer, PayloadFormat } from './PayloadFormat.ts';
import { Vp8Format, Vp8Packetizer } from './vp8.ts';
import { Vp9Format } from './vp9.ts';

export function createFormat(codec: InputCodec): PayloadFormat {
  switch (codec) {
    case 'VP8':
      return new Vp8Format();
    case 'VP9':
      return new Vp9Format();
    case 'H264':
      return new H264Format();
  }
}

export function createPacketizer(codec: OutputCodec): Packetizer {
  switch (codec) {
    case 'VP8':
      return new Vp8Packetizer();
    case 'H264':
      return new H264Packetizer();
  }
}
