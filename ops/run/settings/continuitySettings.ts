import { choice, standbyUrls, wholeNumber } from './settingKinds.ts';

/** How people keep their places when something breaks. */
export const continuitySettings = {
  GRACE_MS: wholeNumber(1000, 3_600_000)
    .default(20_000)
    .describe('How long a participant whose connection broke keeps the place in the room, in milliseconds.'),
  HOT_STANDBY: choice('off', 'allowed', 'on')
    .default('allowed')
    .describe(
      'Whether clients keep a second place, with all sound twice: nowhere, if a room asks, or unless it refuses.',
    ),
  STANDBY_PORT: wholeNumber(1, 65_534)
    .optional()
    .describe('The first of two TCP ports for a hot standby on this machine, which opens one if a room wants it.')
    .meta({ shownDefault: 'the two after the media ports' }),
  STANDBY_URLS: standbyUrls
    .optional()
    .describe('Where browsers reach these two ports through a proxy: two URLs, separated by a comma.')
    .meta({ shownDefault: 'at the host of NODE_URL' }),
};
