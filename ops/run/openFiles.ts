import type { FileStore } from '../../core/files/FileStore.ts';
import type { Logger } from '../../core/ports.ts';
import { LocalFiles } from '../../recovery/files/LocalFiles.ts';
import { S3Refused } from '../../recovery/files/S3Bucket.ts';
import { S3Files } from '../../recovery/files/S3Files.ts';
import type { Config } from './config.ts';
import type { FilesInS3 } from './filesInS3.ts';
import { ConfigError } from './settings/settings.ts';

/** @throws ConfigError when the folder or the bucket cannot be used; it says what to do */
export async function openFiles(
  { kept, maxBytes }: Pick<NonNullable<Config['files']>, 'kept' | 'maxBytes'>,
  logger: Logger,
): Promise<FileStore> {
  if ('s3' in kept) {
    try {
      return await S3Files.open(kept.s3, maxBytes, logger);
    } catch (error) {
      if (error instanceof S3Refused) throw new ConfigError([adviceFor(error, kept.s3)], { cause: error });
      throw error;
    }
  }
  try {
    return await LocalFiles.open(kept.folder, maxBytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new ConfigError([
      `FILES_FOLDER ${kept.folder} cannot be used (${reason}): choose another, or set FILES to off`,
    ]);
  }
}

function adviceFor({ message, status, code }: S3Refused, { bucket, endpoint, region }: FilesInS3): string {
  const advice = (): string => {
    if (code === 'NoSuchBucket') return `FILES_S3_BUCKET ${bucket} is not at ${endpoint}: create it, or name another`;
    if (REGION_CODES.has(code) || (status >= 300 && status < 400)) {
      return `FILES_S3_REGION ${region} or FILES_S3_ENDPOINT ${endpoint} is not that of the bucket ${bucket}: correct it`;
    }
    if (code === 'RequestTimeTooSkewed') return 'the clock of this machine is wrong: set it, such as by NTP';
    if (code === 'AccessDenied') {
      return `FILES_S3_ACCESS_KEY may not list, write and delete in the bucket ${bucket}: allow it, or use another key`;
    }
    if (KEY_CODES.has(code)) {
      return `FILES_S3_ACCESS_KEY or FILES_S3_SECRET_KEY is not one of ${endpoint}: correct it`;
    }
    return `FILES_S3_ENDPOINT ${endpoint} cannot be used: check FILES_S3_PATH_STYLE and the other settings FILES_S3_…`;
  };
  return `${advice()} (${message})`;
}

const REGION_CODES: ReadonlySet<string> = new Set([
  ...['AuthorizationHeaderMalformed', 'PermanentRedirect', 'TemporaryRedirect', 'IllegalLocationConstraintException'],
]);
const KEY_CODES: ReadonlySet<string> = new Set([
  // The last is Versity's.
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidClientTokenId', 'XAdminUserNotFound'],
]);
