import { expect, test } from 'vitest';
import { RTP_CAPABILITIES } from './codecs.ts';

test('payload types never change: clients keep their loaded device over restarts', () => {
  const numbered = (RTP_CAPABILITIES.codecs ?? []).map(({ mimeType, preferredPayloadType, parameters }) => [
    preferredPayloadType,
    mimeType,
    parameters?.['profile-level-id'] ?? parameters?.['profile-id'] ?? parameters?.apt,
  ]);
  expect(numbered).toEqual([
    [111, 'audio/opus', undefined],
    [96, 'video/VP8', undefined],
    [100, 'video/rtx', 96],
    [98, 'video/VP9', 0],
    [101, 'video/rtx', 98],
    [99, 'video/VP9', 2],
    [102, 'video/rtx', 99],
    [97, 'video/AV1', undefined],
    [103, 'video/rtx', 97],
    [120, 'video/H264', '42e01f'],
    [104, 'video/rtx', 120],
    [121, 'video/H264', '42001f'],
    [105, 'video/rtx', 121],
    [122, 'video/H264', '4d001f'],
    [106, 'video/rtx', 122],
    [123, 'video/H264', '64001f'],
    [107, 'video/rtx', 123],
  ]);
});
