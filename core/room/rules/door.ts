import type { CommandOf } from '../commands.ts';
import type { Entrant } from '../Entrant.ts';
import { Refusal } from '../refusal.ts';
import { HOST_PLACES, type Participant, type ParticipantId, type RoomState } from '../state.ts';

type Newcomer = CommandOf<'JoinRoom'> | CommandOf<'Knock'>;

/** What an event keeps of where somebody comes from. */
export function originOf(entrant: Entrant | undefined): Partial<Record<'device' | 'address' | 'account', string>> {
  return {
    ...(entrant?.device != null && { device: entrant.device }),
    ...(entrant?.address != null && { address: entrant.address }),
    ...(entrant?.account != null && { account: entrant.account }),
  };
}

export function requireNotBanned(participantId: ParticipantId, state: RoomState): void {
  if (state.banned.has(participantId)) throw banned();
}

/**
 * A ban reaches the account [R-BAN-4], the browser, and the address of people whose identity cost nothing. Hosts by
 * their token pass the last two: otherwise somebody could put a host's network out by being banned from it [R-BAN-3].
 */
export function requireOriginNotBanned({ entrant, now }: Newcomer, isHost: boolean, state: RoomState): void {
  if (entrant === undefined) return;
  for (const { account, device, address, addressUntil } of state.bans.values()) {
    if (account !== undefined && account === entrant.account) throw banned();
    if (isHost) continue;
    if (device !== null && device === entrant.device) throw banned();
    const isAddressOut = entrant.anonymous && address !== null && address === entrant.address;
    if (isAddressOut && now < (addressUntil ?? 0)) throw banned();
  }
}

/**
 * Checks the token with which somebody outside comes in, or takes a place over.
 * @throws Refusal when its holder was removed since (REMOVED) [R-REMOVE-1], when it was revoked (TOKEN_REVOKED)
 *   [R-TOKEN-1], or is from anybody in a room without guests (GUESTS_REFUSED) [R-TOKEN-2]
 */
export function requireTokenInForce(
  participantId: ParticipantId,
  entrant: Entrant | undefined,
  { settings, tokensVoidUntil, voided }: RoomState,
): void {
  if (entrant === undefined) return;
  const own = voided.get(participantId);
  if (own !== undefined && entrant.tokenIssuedAt <= own.until) throw own.removed ? removed() : revoked();
  if (entrant.tokenIssuedAt <= tokensVoidUntil) throw revoked();
  if (entrant.anonymous && !settings.guests) {
    throw new Refusal('GUESTS_REFUSED', 'This room takes only people with an invitation of their own.');
  }
}

/** Revoking does not concern people inside; but who was removed does not come back by an old session [R-REMOVE-1]. */
export function requireMayResume(
  participantId: ParticipantId,
  token: Pick<Entrant, 'tokenIssuedAt'> | undefined,
  { participants, voided }: RoomState,
): Participant {
  const own = voided.get(participantId);
  if (own?.removed && token !== undefined && token.tokenIssuedAt <= own.until) throw removed();
  const participant = participants.get(participantId);
  if (!participant) throw notInRoom();
  return participant;
}

/**
 * Returns the person whose token this is, if it could still resume: for what changes no session, such as standing by
 * and sending files.
 */
export function requireInside(
  participantId: ParticipantId,
  token: Pick<Entrant, 'tokenIssuedAt'>,
  state: RoomState,
): Participant {
  if (state.status !== 'open') throw notInRoom();
  requireNotBanned(participantId, state);
  return requireMayResume(participantId, token, state);
}

/**
 * Checks capacity, lock, password and lobby, in this order: reasons that the person cannot change come first
 * [R-JOIN-3].
 */
export function requireDoorOpen(command: CommandOf<'JoinRoom'>, state: RoomState): void {
  const { settings, participants, admitted } = state;
  const isHost = command.role === 'host';
  const isAdmitted = admitted.has(command.participantId);

  if (participants.size >= settings.capacity + (isHost ? HOST_PLACES : 0)) {
    throw new Refusal('ROOM_FULL', 'The room is full: try again later.');
  }
  if (!isHost && !isAdmitted) requireShare(command.entrant, participants.values());
  if (settings.locked && !isHost && !isAdmitted) throw locked();
  requirePassword(command, state);
  if (settings.lobby && !isHost && !isAdmitted) {
    throw new Refusal('LOBBY', 'The room has a lobby: knock, and a host lets you in.');
  }
}

/** Asking to enter needs what entering needs, besides a host's word [R-LOBBY-12]. */
export function requireMayKnock(command: CommandOf<'Knock'>, state: RoomState): void {
  if (state.settings.locked) throw locked();
  requirePassword(command, state);
  requireShare(command.entrant, state.lobby.values());
}

/**
 * A join token may be in several hands. Whoever has the place in another browser keeps it; only a token that was given
 * with the API key takes over from there, and then like a newcomer [R-JOIN-10].
 */
export function requireMayTakeOver(command: CommandOf<'JoinRoom'>, holder: Participant, state: RoomState): void {
  const { entrant, role } = command;
  if (entrant === undefined || holder.device === null || holder.device === entrant.device) return;
  const { locked, lobby } = state.settings;
  if (entrant.anonymous || (role !== 'host' && (locked || lobby))) {
    throw new Refusal(
      'TOKEN_USED',
      'This invitation is in use on another device: leave there first, or ask for another.',
    );
  }
  requirePassword(command, state);
}

/** One address gets its share of the places, so that it cannot keep everybody else out [R-JOIN-11]. */
function requireShare(entrant: Entrant | undefined, people: Iterable<{ readonly address: string | null }>): void {
  if (!entrant?.anonymous || entrant.address === null) return;
  let neighbours = 0;
  for (const { address } of people) if (address === entrant.address) neighbours += 1;
  if (neighbours < entrant.addressShare) return;
  throw new Refusal('ADDRESS_FULL', 'Too many people from your network are here: a host can invite you by name.');
}

function requirePassword(command: Newcomer, { settings }: RoomState): void {
  if (settings.passwordHash === null || command.passwordVerifiedFor === settings.passwordHash) return;
  if (command.passwordVerifiedFor === null) throw new Refusal('PASSWORD_REQUIRED', 'The room has a password: give it.');
  throw new Refusal('PASSWORD_WRONG', 'The password is wrong or was changed: give it again.');
}

function notInRoom(): Refusal {
  return new Refusal('NOT_IN_ROOM', 'You are no longer in this room: join it.');
}

function banned(): Refusal {
  return new Refusal('BANNED', 'A host has banned you from this room.');
}

function removed(): Refusal {
  return new Refusal('REMOVED', 'A host removed you from this room: ask for a new invitation.');
}

function revoked(): Refusal {
  return new Refusal('TOKEN_REVOKED', 'This invitation was withdrawn: ask for a new one.');
}

function locked(): Refusal {
  return new Refusal('ROOM_LOCKED', 'The room is locked: ask a host to unlock it.');
}
