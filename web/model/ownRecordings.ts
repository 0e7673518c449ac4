/** The recording of this page's person. `kept`: it has ended, and waits to be saved. */
export type OwnRecordingState =
  | { readonly step: 'none' | 'beginning' | 'ending' }
  | { readonly step: 'running'; readonly since: number }
  | { readonly step: 'kept'; readonly name: string };

export interface RecordingActions {
  /** Tells everybody, then records. */
  begin(): Promise<void>;
  end(): Promise<void>;
  /** The person need not be told of the kept one any more. */
  dismiss(): void;
  /** Hosts end the recording of somebody, and allow or forbid recordings. */
  endOf(participantId: string): Promise<void>;
  setAllowed(allowed: boolean): Promise<void>;
}
