import { CommandTimedOut, type ConnectFailure, RequestRefused } from '../../client/index.ts';

export interface DescribedError {
  readonly title: string;
  /** What to do next. */
  readonly advice: string;
}

type Descriptions = { readonly [code in ConnectFailure]?: DescribedError };

const RELOAD: DescribedError = {
  title: 'Something went wrong.',
  advice: 'Try again; if that does not help, reload the page.',
};
const AGAIN: DescribedError = { title: 'The server is busy recovering.', advice: 'Try again in a moment.' };
const PERMISSION: DescribedError = {
  title: 'Your browser said no.',
  advice: 'Allow the camera and microphone for this page with the icon beside the address, then try again.',
};

const BY_CODE: Descriptions = {
  ROOM_NOT_FOUND: { title: 'There is no such meeting.', advice: 'Check the link, or start a new one.' },
  ROOM_EXISTS: { title: 'That name is taken.', advice: 'Choose another one.' },
  ROOM_CLOSED: { title: 'This meeting has ended.', advice: 'Start a new one to go on.' },
  ROOM_FULL: { title: 'This meeting is full.', advice: 'Try again when somebody has left.' },
  ROOM_LOCKED: { title: 'This meeting is locked.', advice: 'Ask the host to unlock it.' },
  PASSWORD_REQUIRED: { title: 'This meeting has a password.', advice: 'Ask the host for it.' },
  PASSWORD_WRONG: { title: 'That password is wrong.', advice: 'Check it and try again.' },
  LOBBY: { title: 'A host has to let you in.', advice: 'Ask to join.' },
  BANNED: { title: 'You cannot join this meeting.', advice: 'A host has removed you from it.' },
  TOO_LATE: { title: 'The message was not sent.', advice: 'Look whether it is there, and send it again.' },
  REMOVED: { title: 'A host removed you.', advice: 'You may ask to join again.' },
  TOKEN_USED: { title: 'You are in this meeting elsewhere.', advice: 'Leave it there, or ask for another invitation.' },
  ADDRESS_FULL: {
    title: 'Too many people from your network are here.',
    advice: 'Try again when one of them has left, or ask a host.',
  },
  TOKEN_REVOKED: { title: 'This invitation was withdrawn.', advice: 'Ask for a new link.' },
  GUESTS_REFUSED: {
    title: 'This meeting is by invitation only.',
    advice: 'Ask whoever runs it for a link of your own.',
  },
  NAME_FIXED: { title: 'Your name comes with your invitation.', advice: 'It cannot be changed here.' },
  NOT_GRANTED: { title: 'A host has not allowed that.', advice: 'Raise your hand to ask for it.' },
  STALE_SESSION: { title: 'This meeting is open elsewhere.', advice: 'Go on there, or join again here.' },
  NOT_IN_ROOM: { title: 'You are not in this meeting any more.', advice: 'Join it again.' },
  FORBIDDEN: { title: 'Only hosts can do that.', advice: 'Ask a host of this meeting.' },
  PARTICIPANT_NOT_FOUND: { title: 'That person has left.', advice: 'There is nothing more to do.' },
  TRACK_NOT_FOUND: { title: 'That has just been stopped.', advice: 'There is nothing more to do.' },
  TRACK_EXISTS: { title: 'You are sharing that already.', advice: 'Stop it first to share something else.' },
  MESSAGE_NOT_FOUND: { title: 'That message is gone.', advice: 'It was deleted meanwhile.' },
  TOO_MANY_BANS: { title: 'Too many people are banned.', advice: 'Lift a ban first.' },
  INVALID: { title: 'That cannot be used.', advice: 'Change it and try again.' },
  TOKEN_INVALID: { title: 'This invitation is not valid.', advice: 'Open the link you were given again.' },
  TOKEN_EXPIRED: { title: 'This invitation has expired.', advice: 'Ask for a new link.' },
  PROTOCOL_UNSUPPORTED: {
    title: 'This page is out of date.',
    advice: 'Close this tab, then open the link of the meeting again.',
  },
  TOO_MANY_REQUESTS: { title: 'That was a little too fast.', advice: 'Wait a few seconds, then try again.' },
  TOO_MUCH_WRITTEN: { title: 'That was a lot at once.', advice: 'Wait a minute, then try again.' },
  TOO_MANY_ROOMS: {
    title: 'Your network has many meetings open.',
    advice: 'End one of them, or wait: empty ones end by themselves.',
  },
  TOO_LARGE: { title: 'That is too long.', advice: 'Make it shorter and try again.' },
  JOURNAL_UNAVAILABLE: AGAIN,
  JOURNAL_FULL: {
    title: 'The server has no memory left.',
    advice: 'What you did was not recorded. Delete messages, or try again later.',
  },
  ROOM_RECORD_FULL: {
    title: 'This meeting holds as much as a meeting may.',
    advice: 'Delete messages that nobody needs. A minute later there is room again.',
  },
  MEDIA_UNAVAILABLE: AGAIN,
  DRAINING: AGAIN,
  FULL: { title: 'Every server is full at the moment.', advice: 'You come in as soon as there is room.' },
  GO_TO: AGAIN,
  BUSY: { title: 'The server is very busy.', advice: 'Try again in a moment.' },
  ROOM_READ_ONLY: { title: 'The server is about to be updated.', advice: 'Try again in a few minutes.' },
  UNREACHABLE: { title: 'The server does not answer.', advice: 'Check your connection, then try again.' },
  UNSUPPORTED_DEVICE: {
    title: 'This browser cannot take part.',
    advice: 'Try a current Chrome, Edge, Firefox or Safari.',
  },
};

const BY_NAME: { readonly [name: string]: DescribedError } = {
  NotAllowedError: PERMISSION,
  SecurityError: {
    title: 'This page may not use devices.',
    advice: 'Browsers allow a camera, microphone and screen only on https pages.',
  },
  NotFoundError: { title: 'No such device was found.', advice: 'Plug it in, or choose another one in the settings.' },
  OverconstrainedError: { title: 'That device is gone.', advice: 'Choose another one in the settings.' },
  NotReadableError: { title: 'The device did not start.', advice: 'Close other programs that use it, then try again.' },
  NotSupportedError: {
    title: 'This browser cannot do that.',
    advice: 'Try a current Chrome, Edge, Firefox or Safari.',
  },
};

/** Returns the code of a refusal, whoever threw it; null if the error carries none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Returns after how many ms the server wants to be asked again; null if it does not say. */
export function retryAfterMsOf(error: unknown): number | null {
  return error instanceof RequestRefused ? (error.retryAfterMs ?? null) : null;
}

/**
 * Returns what to tell a person about an error; null if the person did it on purpose, such as closing the screen
 * picker.
 */
export function describeError(error: unknown): DescribedError | null {
  if (isCancelled(error)) return null;
  const code = codeOf(error);
  if (error instanceof CommandTimedOut) return AGAIN;
  if (error instanceof RequestRefused && error.code === 'ROOM_PARKED') return parked(error.retryAfterMs ?? 0);
  const byCode = code !== null && isDescribed(code) ? BY_CODE[code] : undefined;
  if (byCode) return byCode;
  if (error instanceof DOMException) return BY_NAME[error.name] ?? RELOAD;
  return RELOAD;
}

function parked(retryAfterMs: number): DescribedError {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return {
    title: 'This meeting cannot be opened at the moment.',
    advice: `Nothing of it is lost; it can be tried again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  };
}

function isDescribed(code: string): code is ConnectFailure {
  return Object.hasOwn(BY_CODE, code);
}

/** Thrown by an action that the person called off. */
export class Cancelled extends Error {
  constructor() {
    super('Called off');
    this.name = 'Cancelled';
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof Cancelled;
}
