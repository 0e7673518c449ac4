import { z } from 'zod';
import { choice, httpUrl, wholeNumber, yesNo } from './settingKinds.ts';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const MEDIA_TYPE = /^(\*\/\*|[a-z]+\/(\*|[\w.+-]+))$/;

/** Settings of what people share in chat. */
export const fileSettings = {
  FILES: choice('local', 's3', 'off')
    .default('local')
    .describe(
      'Where files that people share are kept. `local`: in FILES_FOLDER. `s3`: in FILES_S3_BUCKET. `off`: nobody can share ' +
        'files. In a cluster all nodes need the same bucket, or the same folder, such as a network file system.',
    ),
  FILES_FOLDER: z
    .string()
    .optional()
    .describe('The folder of FILES `local`; each room has a folder of its own in it.')
    .meta({ shownDefault: '`files` in EVERROOM_DATA' }),
  FILES_S3_ENDPOINT: httpUrl
    .optional()
    .describe(
      'The S3 server of FILES `s3` (AWS, MinIO, Garage, Ceph and others), without the bucket: ' +
        '`https://s3.eu-central-1.amazonaws.com`, `http://minio:9000`.',
    )
    .meta({ shownDefault: 'none' }),
  FILES_S3_BUCKET: z
    .string()
    .regex(BUCKET, 'must be the name of a bucket, such as everroom-files')
    .optional()
    .describe('The bucket. It must exist, and be for Everroom alone.')
    .meta({ shownDefault: 'none' }),
  FILES_S3_REGION: z.string().default('us-east-1').describe('The region of the bucket, as the S3 server calls it.'),
  FILES_S3_ACCESS_KEY: z
    .string()
    .optional()
    .describe('The access key. It must allow to list, read, write and delete.')
    .meta({ shownDefault: 'none' }),
  FILES_S3_SECRET_KEY: z.string().optional().describe('The secret of that key.').meta({ shownDefault: 'none' }),
  FILES_S3_PATH_STYLE: yesNo
    .default(true)
    .describe('`true`: the bucket is in the path of addresses. `false`: it is in the name of the host.'),
  FILE_MAX_MB: wholeNumber(1, 100_000).default(100).describe('MB that one shared file may have.'),
  ROOM_FILES_MB: wholeNumber(1, 10_000_000)
    .default(1_000)
    .describe('MB that the files of one room may have together; deleting messages frees them.'),
  FILE_TYPES: z
    .string()
    .transform((list) => list.split(',').map((type) => type.trim().toLowerCase()))
    .pipe(z.array(z.string().regex(MEDIA_TYPE, 'must be media types such as image/*, application/pdf, or */*')).min(1))
    .prefault('*/*')
    .describe(
      'Media types that may be shared, separated by commas, such as `image/*, application/pdf`; `*/*` for all. The type is ' +
        'found in the content of the file.',
    )
    .meta({ shownDefault: '`*/*`' }),
};
