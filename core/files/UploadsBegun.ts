export interface BegunUpload {
  readonly fileId: string;
  readonly owner: string;
  readonly bytes: number;
}

export interface UploadLimits {
  /** How many files one owner may have begun. */
  readonly ofOwner: number;
  /** How many files and bytes all together may have begun. */
  readonly files: number;
  readonly bytes: number;
}

/** What was begun and never shared is removed, and counts no more, after this. */
export const UNSHARED_MS = 24 * 3_600_000;

/**
 * Uploads that were begun and are not shared, counted on all nodes together: their space is taken. A scope is what has
 * limits of its own, such as the files of a room. What nobody ends is forgotten after UNSHARED_MS.
 */
export interface UploadsBegun {
  /** Counts an upload if the limits allow it. @throws Unavailable */
  begin(scope: string, upload: BegunUpload, limits: UploadLimits): Promise<'begun' | 'too many' | 'full'>;
  /** Does nothing if it is not counted. @throws Unavailable */
  end(scope: string, fileId: string): Promise<void>;
}
