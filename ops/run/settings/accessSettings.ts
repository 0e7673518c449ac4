import { z } from 'zod';
import { claimValues, httpUrl, origins, secret, wholeNumber, yesNo } from './settingKinds.ts';

/** Who may do what, and the secrets that prove it. */
export const accessSettings = {
  API_KEY: z
    .string()
    .regex(/^[\w.-]{4,128}$/, 'must have 4 to 128 letters, digits, dots, dashes or underscores')
    .optional()
    .describe('Name of the key that backends use for the REST API.')
    .meta({ shownDefault: 'generated and kept in EVERROOM_DATA' }),
  API_SECRET: secret
    .optional()
    .describe('Secret that goes with API_KEY, at least 32 characters.')
    .meta({ shownDefault: 'generated and kept in EVERROOM_DATA' }),
  TOKEN_SECRET: secret
    .optional()
    .describe('Secret that signs join tokens, at least 32 characters; the same on every node.')
    .meta({ shownDefault: 'generated and kept in EVERROOM_DATA' }),
  OLD_TOKEN_SECRETS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(secret).max(8))
    .optional()
    .describe(
      'Secrets that signed tokens before TOKEN_SECRET, separated by commas: their tokens stay valid. Keep one for 30 days.',
    )
    .meta({ shownDefault: 'none' }),
  OPEN_ROOM_CREATION: z
    .union([yesNo, z.literal('signed-in')], { error: 'must be true, false or signed-in' })
    .optional()
    .describe('Whether anybody may create a room from the page, without the API key; `signed-in`: who has signed in.')
    .meta({ shownDefault: '`signed-in` with OIDC_ISSUER, else `true` while API_KEY is not set, else `false`' }),
  GUEST_ACCESS: yesNo
    .optional()
    .describe(
      'Whether people with the link of a room may come in without a token from your backend. Rooms that a backend makes ' +
        'refuse them unless it says `guests`.',
    )
    .meta({ shownDefault: '`false` if OPEN_ROOM_CREATION is, else `true`' }),
  OIDC_ISSUER: httpUrl
    .optional()
    .describe(
      'The identity provider (OpenID Connect) where people sign in, as it names itself: the address before ' +
        '`/.well-known/openid-configuration`.',
    )
    .meta({ shownDefault: 'none' }),
  OIDC_CLIENT_ID: z
    .string()
    .optional()
    .describe('The name by which the provider knows this deployment. Needed with OIDC_ISSUER.')
    .meta({ shownDefault: 'none' }),
  OIDC_CLIENT_SECRET: z
    .string()
    .optional()
    .describe('The secret that the provider gave for OIDC_CLIENT_ID, unless it is a public client.')
    .meta({ shownDefault: 'none' }),
  OIDC_SCOPES: z
    .string()
    .regex(/(^|\s)openid(\s|$)/, 'must have the scope openid')
    .default('openid profile')
    .describe('What the provider is asked to tell of people, separated by spaces.'),
  OIDC_NAME_CLAIM: z
    .string()
    .default('name')
    .describe('The claim with the name that people go by; they cannot change it here.'),
  OIDC_HOSTS: claimValues
    .optional()
    .describe('A claim and values of it, such as `groups=staff,chairs`: whoever has one is a host in every room.')
    .meta({ shownDefault: 'none' }),
  OIDC_SESSION_HOURS: wholeNumber(1, 720)
    .default(12)
    .describe('How long people stay signed in here, whatever happens at the provider meanwhile.'),
  FRAME_ANCESTORS: origins
    .optional()
    .describe(
      'Sites that may show meetings in a frame: origins such as `https://intranet.example.org` or ' +
        '`https://*.example.org`, separated by commas.',
    )
    .meta({ shownDefault: 'none' }),
  PEOPLE_PER_ADDRESS: wholeNumber(1, 10_000)
    .default(20)
    .describe(
      'How many people of one network address may be in a room, and in its lobby, without a token from your backend: ' +
        'more than the largest office behind one address.',
    ),
  ROOMS_PER_ADDRESS: wholeNumber(1, 1_000_000)
    .default(100)
    .describe(
      'How many rooms that people of one network address made without the API key may exist at the same time, on all nodes ' +
        'together.',
    ),
};
