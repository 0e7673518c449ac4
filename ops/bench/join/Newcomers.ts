export interface Person {
  readonly name: string;
  readonly token: string;
}

export interface MediaTimes {
  /** When the room has answered, one for each newcomer. */
  readonly joined: readonly number[];
  /** When the first picture was shown, one for each newcomer on libwebrtc and publisher. */
  readonly firstPicture: readonly number[];
  /** When the first sound was played, likewise. */
  readonly firstSound: readonly number[];
}

/** Those who are to come at one moment, ready for it. */
export interface Newcomers {
  /** Of the processes that do their work. */
  readonly pids: readonly number[];
  /** All of them begin; resolves when each has all that it can get. Times are ms since the epoch. */
  join(): Promise<MediaTimes>;
  close(): Promise<void>;
}
