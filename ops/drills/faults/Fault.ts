import type { Deployment } from '../../kit/deployment/Deployment.ts';

/** One thing that can go wrong, done on purpose. */
export interface Fault {
  readonly name: string;
  /** Whether media must stop and come back: whether there is a gap to measure. */
  readonly breaksMedia: boolean;
  /** Null when it can be injected now, else what is missing. */
  available(deployment: Deployment): Promise<string | null>;
  inject(deployment: Deployment): Promise<Injected>;
}

export interface Injected {
  /** When it happened, ms since the epoch. */
  readonly at: number;
  /** What was done to whom, for the report. */
  readonly what: string;
  /** Ends the fault if it does not end by itself. Everroom is to recover from here on without help. */
  heal(): Promise<void>;
  /** Null once what was broken has been replaced, so that the fault can be injected again; else what is missing. */
  replaced(): Promise<string | null>;
}
