import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RemoteTrack } from './RemoteTrack.ts';

beforeEach(() => vi.stubGlobal('MediaStream', class {}));
afterEach(() => vi.unstubAllGlobals());

/** An element of a browser that leaves the volume to the buttons of the device. */
function elementOfPhone(muted = false) {
  const element = {
    get volume() {
      return 1;
    },
    set volume(_: number) {},
    muted,
    autoplay: false,
    srcObject: null,
    play: async () => undefined,
  };
  // The parts of an element that are used without a browser.
  return { element, asMedia: element as unknown as HTMLMediaElement };
}

function soundOf(): RemoteTrack {
  const nothing = () => undefined;
  const listener = { attached: nothing, detached: nothing, swapped: nothing, playbackBlocked: nothing };
  return new RemoteTrack({ trackId: 't', publisherId: 'ann', source: 'microphone', kind: 'audio' }, listener);
}

it('a sound at volume 0 is silent also where the volume cannot be set, and comes back', () => {
  const track = soundOf();
  const { element, asMedia } = elementOfPhone();
  track.attach(asMedia);
  track.volume = 0;
  expect(element.muted).toBe(true);
  track.volume = 0.3;
  expect(element.muted).toBe(false);
  track.volume = 0;
  const later = elementOfPhone();
  track.attach(later.asMedia);
  expect(later.element.muted).toBe(true);
  track.detach(later.asMedia);
  expect(later.element.muted).toBe(false);
});

it("an application's own mute of an element stays whatever the volume is", () => {
  const track = soundOf();
  const { element, asMedia } = elementOfPhone(true);
  track.attach(asMedia);
  track.volume = 0.5;
  expect(element.muted).toBe(true);
});
