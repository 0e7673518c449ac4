export interface Sound {
  readonly trackId: string;
  attach(element: HTMLMediaElement): () => void;
}

interface Voice {
  readonly attach: Sound['attach'];
  /** Silent: browsers give a mixer the sound of others only while an element plays it. */
  readonly element: HTMLAudioElement;
  readonly detach: () => void;
  /** What flows into the mix now; a recovery puts another track into the stream. */
  flow: { readonly track: MediaStreamTrack; readonly source: AudioNode } | null;
}

/** One track of sound made of many that come, go and are swapped. */
export class SoundMix {
  readonly #context = new AudioContext();
  readonly #out = this.#context.createMediaStreamDestination();
  readonly #voices = new Map<string, Voice>();

  get track(): MediaStreamTrack | undefined {
    return this.#out.stream.getAudioTracks()[0];
  }

  /** Sound flows from now on, also while nobody is heard: a recording waits for the first of it. */
  async start(): Promise<void> {
    const quiet = this.#context.createConstantSource();
    quiet.offset.value = 0;
    quiet.connect(this.#out);
    quiet.start();
    await this.#context.resume();
  }

  /** Mixes these and nothing else: what is muted is left out, so that it is silent from this call on [M2]. */
  set(sounds: readonly Sound[]): void {
    const wanted = new Map(sounds.map((sound) => [sound.trackId, sound]));
    for (const [trackId, voice] of this.#voices) {
      if (wanted.get(trackId)?.attach !== voice.attach) this.#end(trackId, voice);
    }
    for (const { trackId, attach } of wanted.values()) {
      if (this.#voices.has(trackId)) continue;
      const element = new Audio();
      element.muted = true;
      this.#voices.set(trackId, { attach, element, detach: attach(element), flow: null });
    }
    this.refresh();
  }

  /** Takes up tracks that have taken the place of others. */
  refresh(): void {
    for (const voice of this.#voices.values()) {
      const { srcObject } = voice.element;
      const track = srcObject instanceof MediaStream ? srcObject.getAudioTracks()[0] : undefined;
      if (track === voice.flow?.track) continue;
      voice.flow?.source.disconnect();
      voice.flow = null;
      if (!track) continue;
      const source = this.#context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.#out);
      voice.flow = { track, source };
    }
  }

  async close(): Promise<void> {
    for (const [trackId, voice] of this.#voices) this.#end(trackId, voice);
    await this.#context.close();
  }

  #end(trackId: string, voice: Voice): void {
    voice.flow?.source.disconnect();
    voice.detach();
    this.#voices.delete(trackId);
  }
}
