import { Secret } from './Secret.ts';
import type { Settings } from './settings/settings.ts';

/** The bucket that keeps files. */
export interface FilesInS3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
  readonly pathStyle: boolean;
}

/** Returns null if a setting is missing, which it adds to the problems. */
export function filesInS3(set: Settings, problems: string[]): FilesInS3 | null {
  const {
    FILES_S3_ENDPOINT: endpoint,
    FILES_S3_BUCKET: bucket,
    FILES_S3_ACCESS_KEY: accessKey,
    FILES_S3_SECRET_KEY: secretKey,
  } = set;
  if (endpoint && bucket && accessKey && secretKey) {
    const { FILES_S3_REGION: region, FILES_S3_PATH_STYLE: pathStyle } = set;
    return { endpoint, bucket, region, accessKey, secretKey: new Secret(secretKey), pathStyle };
  }
  const needed = { FILES_S3_ENDPOINT: endpoint, FILES_S3_BUCKET: bucket };
  const keys = { FILES_S3_ACCESS_KEY: accessKey, FILES_S3_SECRET_KEY: secretKey };
  for (const [name, value] of Object.entries({ ...needed, ...keys })) {
    if (!value) problems.push(`${name} must be set too: FILES s3 needs it`);
  }
  return null;
}
