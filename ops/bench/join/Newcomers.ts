export interface Person {
  readonly name: string;
  readonly token: string;
}

export interface MediaTimes {
  /** The times of the room's answers, one for each newcomer. */
  readonly joined: readonly number[];
  /** The times of the first picture, one for each pair of a newcomer on libwebrtc and a publisher. */
  readonly firstPicture: readonly number[];
  /** The times of the first sound played, likewise. */
  readonly firstSound: readonly number[];
}

/** People that stand ready to join at the same moment. */
export interface Newcomers {
  /** The processes that do their work. */
  readonly pids: readonly number[];
  /** All of them join; resolves when each has everything it can get. Times are ms since the epoch. */
  join(): Promise<MediaTimes>;
  close(): Promise<void>;
}
