/**
 * Makes what others get of what a device gives, such as a picture without the room behind, or sound without noise. It
 * serves one published track at a time.
 */
export interface TrackProcessor {
  /** What is sent. It stays the same whatever the input is, and ends only when no track uses the processor any more. */
  readonly output: MediaStreamTrack;
  /** Processes this track from now on, until the next call; null: none. It neither changes nor stops the track. */
  setInput(track: MediaStreamTrack | null): void;
}
