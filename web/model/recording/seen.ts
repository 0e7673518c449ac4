/** What a recording takes from a meeting. */
export interface SeenMeeting {
  readonly name: string;
  readonly self: SeenPerson;
  readonly others: readonly SeenPerson[];
  /** ms since the epoch, by participant. */
  readonly lastSpokeAt: ReadonlyMap<string, number>;
}

export interface SeenPerson {
  readonly id: string;
  readonly name: string;
  readonly connected: boolean;
  readonly camera: SeenMedia | null;
  readonly microphone: SeenMedia | null;
  readonly screen: SeenMedia | null;
  readonly screenAudio: SeenMedia | null;
  readonly screenDeclined: boolean;
}

export interface SeenMedia {
  readonly trackId: string;
  readonly muted: boolean;
  readonly interrupted: boolean;
  readonly received: boolean;
  attach(element: HTMLMediaElement): () => void;
}
