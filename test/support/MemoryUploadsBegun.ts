import type { BegunUpload, UploadLimits, UploadsBegun } from '../../core/files/UploadsBegun.ts';

/** Counts uploads in memory, and forgets none. */
export class MemoryUploadsBegun implements UploadsBegun {
  readonly #scopes = new Map<string, Map<string, BegunUpload>>();

  async begin(scope: string, upload: BegunUpload, limits: UploadLimits): Promise<'begun' | 'too many' | 'full'> {
    const begun = this.#scopes.get(scope) ?? new Map<string, BegunUpload>();
    const others = [...begun.values()].filter(({ fileId }) => fileId !== upload.fileId);
    const ofOwner = others.filter(({ owner }) => owner === upload.owner).length;
    if (ofOwner >= limits.ofOwner || others.length >= limits.files) return 'too many';
    if (others.reduce((sum, { bytes }) => sum + bytes, upload.bytes) > limits.bytes) return 'full';
    this.#scopes.set(scope, begun.set(upload.fileId, upload));
    return 'begun';
  }

  async end(scope: string, fileId: string): Promise<void> {
    this.#scopes.get(scope)?.delete(fileId);
  }
}
