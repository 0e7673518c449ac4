import type { Deployment } from '../../kit/deployment/Deployment.ts';

/** One thing that can go wrong, done on purpose. */
export interface Fault {
  readonly name: string;
  /** Whether media stops and comes back, so that there is a gap to measure. */
  readonly breaksMedia: boolean;
  /** Returns null if it can be injected now, else what is missing. */
  available(deployment: Deployment): Promise<string | null>;
  inject(deployment: Deployment): Promise<Injected>;
}

export interface Injected {
  /** When it happened, ms since the epoch. */
  readonly at: number;
  /** What was done, and to which process, for the report. */
  readonly what: string;
  /**
   * The names of the nodes that it hits: people on other nodes must notice nothing of each other's media. Without it,
   * everybody may be hit if it breaks media, else nobody.
   */
  readonly nodes?: readonly string[];
  /** Ends the fault if it does not end by itself. From here on Everroom must recover without help. */
  heal(): Promise<void>;
  /** Returns null once the broken part is replaced, so that the fault can be injected again; else what is missing. */
  replaced(): Promise<string | null>;
}
