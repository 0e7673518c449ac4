import type { types } from 'mediasoup-client';
import { expect, it } from 'vitest';
import { LocalTrack } from './LocalTrack.ts';
import type { TrackProcessor } from './TrackProcessor.ts';

function mediaTrack(id: string): MediaStreamTrack {
  const parts = { id, enabled: true, muted: false, readyState: 'live', stop: () => undefined };
  // The parts of a MediaStreamTrack that are used.
  return Object.assign(new EventTarget(), parts) as unknown as MediaStreamTrack;
}

/** A producer that takes a while to switch, and ignores what it seems to send already, as mediasoup-client's does. */
class Sender {
  closed = false;
  sent: string;
  readonly rtpParameters = {};

  constructor(track: MediaStreamTrack) {
    this.sent = track.id;
  }

  async replaceTrack({ track }: { readonly track: MediaStreamTrack }): Promise<void> {
    if (track.id === this.sent) return;
    await Promise.resolve();
    this.sent = track.id;
  }

  close(): void {
    this.closed = true;
  }

  get producer(): types.Producer {
    return this as unknown as types.Producer;
  }
}

function processorOf(id: string) {
  const inputs: (string | null)[] = [];
  const output = mediaTrack(id);
  const processor: TrackProcessor = { output, setInput: (track) => void inputs.push(track?.id ?? null) };
  return { processor, output, inputs };
}

function scene({ muted = false, processor }: { muted?: boolean; processor?: TrackProcessor } = {}) {
  const device = mediaTrack('device');
  const track = new LocalTrack({
    trackId: 't',
    source: 'microphone',
    mediaStreamTrack: device,
    muted,
    publish: { ...(processor && { processor }) },
    ownsDevice: true,
  });
  return { track, device };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

it('others get what a processor makes of the device, also of another one', async () => {
  const { processor, inputs } = processorOf('clean');
  const { track } = scene({ processor });
  const sender = new Sender(track.sentTrack);
  track.produced(sender.producer);
  await track.replace(mediaTrack('other device'), true);
  expect([sender.sent, inputs, track.mediaStreamTrack.id]).toEqual([
    'clean',
    ['device', 'other device'],
    'other device',
  ]);
  track.close();
  expect(inputs.at(-1)).toBeNull();
});

it('a processor comes and goes while the track is sent', async () => {
  const { processor, inputs } = processorOf('clean');
  const { track } = scene();
  const sender = new Sender(track.sentTrack);
  track.produced(sender.producer);
  await track.setProcessor(processor);
  expect(sender.sent).toBe('clean');
  await track.setProcessor(null);
  expect([sender.sent, inputs]).toEqual(['device', ['device', null]]);
  // The last word counts, though nobody waited for the one before.
  await Promise.all([track.setProcessor(processor), track.setProcessor(null)]);
  expect(sender.sent).toBe('device');
});

it('a processor that came while the producer was being made is the one that is sent', async () => {
  const { processor } = processorOf('clean');
  const { track } = scene();
  const sender = new Sender(track.sentTrack);
  await track.setProcessor(processor);
  track.produced(sender.producer);
  await settled();
  expect(sender.sent).toBe('clean');
});

it('[M2] while it is muted, neither the device nor a processor gives anything', async () => {
  const { processor, output } = processorOf('clean');
  const { track, device } = scene({ muted: true });
  await track.setProcessor(processor);
  expect([device.enabled, output.enabled]).toEqual([false, false]);
  track.setRecordMuted(false);
  track.release();
  expect([device.enabled, output.enabled]).toEqual([true, true]);
  track.hold();
  expect([device.enabled, output.enabled]).toEqual([false, false]);
  const next = mediaTrack('next');
  await track.replace(next, true);
  expect([next.enabled, output.enabled]).toEqual([false, false]);
  await track.setProcessor(null);
  expect([next.enabled, track.sentTrack.enabled]).toEqual([false, false]);
});
