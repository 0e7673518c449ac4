import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { mayModerate } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import { ADDRESS_BAN_MS, MAX_BANNED, MAX_SPOTLIT, type ParticipantId, type RoomState } from '../state.ts';
import { requireMain, requireModerator, requireOperator, requirePresent } from './actors.ts';
import { takeAway } from './grants.ts';
import { requireId } from './input.ts';

export function setRole(command: CommandOf<'SetRole'>, state: RoomState): RoomEvent[] {
  const { participantId, role } = command;
  requireModerator(command.actor, state);
  requireMain(state);
  if (command.actor.kind === 'operator' && !state.participants.has(participantId)) {
    requireId(participantId);
    return state.roles.get(participantId) === role ? [] : [{ type: 'RoleChanged', participantId, role }];
  }
  const participant = requirePresent(participantId, state);
  if (participant.role === role) return [];
  if (mayModerate(participant.role) && !mayModerate(role) && isLastHost(participantId, state)) {
    throw new Refusal('INVALID', 'This is the last host: make somebody else a host first.');
  }
  return [{ type: 'RoleChanged', participantId, role }, ...takeAway({ ...participant, role }, state)];
}

export function setSpotlight(command: CommandOf<'SetSpotlight'>, state: RoomState): RoomEvent[] {
  const { participantId } = command;
  requireModerator(command.actor, state);
  const others = [...new Set(participantId === null ? [] : command.others)].filter((id) => id !== participantId);
  if (others.length >= MAX_SPOTLIT) throw new Refusal('INVALID', `At most ${MAX_SPOTLIT} people are shown large.`);
  for (const id of participantId === null ? [] : [participantId, ...others]) requirePresent(id, state);
  const isSame = others.length === state.alsoSpotlit.length && others.every((id, at) => id === state.alsoSpotlit[at]);
  if (participantId === state.spotlight && isSame) return [];
  return [{ type: 'SpotlightChanged', participantId, ...(others.length > 0 && { others }) }];
}

export function setLayout(command: CommandOf<'SetLayout'>, state: RoomState): RoomEvent[] {
  const { layout, now: at } = command;
  requireModerator(command.actor, state);
  return layout === (state.layout?.layout ?? null) ? [] : [{ type: 'LayoutChanged', layout, at }];
}

export function removeParticipant(command: CommandOf<'RemoveParticipant'>, state: RoomState): RoomEvent[] {
  const { participantId, now: at } = command;
  requireModerator(command.actor, state);
  requireSomebodyElse(command);
  requirePresent(participantId, state);
  return [{ type: 'ParticipantGone', participantId, departure: 'removed', at }];
}

interface BanOrder {
  readonly participantId: ParticipantId;
  readonly now: number;
}

/** Somebody outside the room can be banned as well: their next join is refused. */
export function ban(command: CommandOf<'Ban'>, state: RoomState): RoomEvent[] {
  requireModerator(command.actor, state);
  requireSomebodyElse(command);
  requireId(command.participantId);
  return banned(command, state);
}

/** Returns what bans the person: nothing that the room has already. */
export function banned(command: BanOrder, state: RoomState): RoomEvent[] {
  const { participantId, now: at } = command;
  const events: RoomEvent[] = [];
  if (!state.banned.has(participantId)) {
    if (state.banned.size >= MAX_BANNED) {
      throw new Refusal('TOO_MANY_BANS', `A room keeps at most ${MAX_BANNED} people out: lift a ban first.`);
    }
    events.push({ type: 'ParticipantBanned', participantId, ...whatElseToBan(command, state) });
  }
  for (const id of [participantId, ...othersOfAccount(participantId, state)]) {
    if (state.participants.has(id)) {
      events.push({ type: 'ParticipantGone', participantId: id, departure: 'banned', at });
    }
  }
  return events;
}

/** Whoever is in the room twice goes twice; where one of them is a host, the account is spared [R-BAN-4]. */
function othersOfAccount(participantId: ParticipantId, state: RoomState): ParticipantId[] {
  const account = accountToBan(participantId, state);
  if (account === undefined) return [];
  const others = [...state.participants.values()].filter((other) => other.account === account);
  return others.flatMap(({ id }) => (id === participantId ? [] : id));
}

function accountToBan(participantId: ParticipantId, state: RoomState): string | undefined {
  const { account } = state.participants.get(participantId) ?? state.lobby.get(participantId) ?? {};
  const isHosts = [...state.participants.values()].some((other) => {
    return other.id !== participantId && other.account === account && mayModerate(other.role);
  });
  return isHosts ? undefined : account;
}

/** An event comes in any case: the journal may still have what the state has not. */
export function eraseParticipant(command: CommandOf<'EraseParticipant'>, state: RoomState): RoomEvent[] {
  const { participantId, now: at } = command;
  requireOperator(command.actor);
  requireId(participantId);
  const events: RoomEvent[] = [{ type: 'ParticipantErased', participantId, at }];
  if (state.lobby.has(participantId)) events.unshift({ type: 'ParticipantDenied', participantId });
  if (state.participants.has(participantId)) {
    events.unshift({ type: 'ParticipantGone', participantId, departure: 'removed', at });
  }
  return events;
}

export function unban(command: CommandOf<'Unban'>, state: RoomState): RoomEvent[] {
  const { participantId } = command;
  requireModerator(command.actor, state);
  return state.banned.has(participantId) ? [{ type: 'ParticipantUnbanned', participantId }] : [];
}

export function admit(command: CommandOf<'Admit'>, state: RoomState): RoomEvent[] {
  const { participantId } = command;
  requireModerator(command.actor, state);
  if (state.lobby.has(participantId)) return [{ type: 'ParticipantAdmitted', participantId }];
  if (state.admitted.has(participantId) || state.participants.has(participantId)) return [];
  throw new Refusal('PARTICIPANT_NOT_FOUND', 'Nobody of this name waits in the lobby any more.');
}

export function deny(command: CommandOf<'Deny'>, state: RoomState): RoomEvent[] {
  const { participantId } = command;
  requireModerator(command.actor, state);
  return state.lobby.has(participantId) ? [{ type: 'ParticipantDenied', participantId }] : [];
}

export function denyAll(command: CommandOf<'DenyAll'>, state: RoomState): RoomEvent[] {
  requireModerator(command.actor, state);
  return [...state.lobby.keys()].map((participantId) => ({ type: 'ParticipantDenied', participantId }));
}

/**
 * The account, the browser and, for a time, the address of the person to be banned: but not the last two where somebody
 * else in the room comes from too, who may be a colleague, or the host's own second window [R-BAN-2].
 */
function whatElseToBan({ participantId, now }: BanOrder, state: RoomState) {
  const person = state.participants.get(participantId) ?? state.lobby.get(participantId);
  if (person === undefined) return {};
  const others = [...state.participants.values()].filter(({ id }) => id !== participantId);
  const { name, device, address } = person;
  const account = accountToBan(participantId, state);
  return {
    name,
    ...(account !== undefined && { account }),
    ...(device !== null && !others.some((other) => other.device === device) && { device }),
    ...(address !== null &&
      !others.some((other) => other.address === address) && { address, addressUntil: now + ADDRESS_BAN_MS }),
  };
}

function requireSomebodyElse({ actor, participantId }: CommandOf<'RemoveParticipant' | 'Ban'>): void {
  if (actor.kind === 'participant' && actor.participantId === participantId) {
    throw new Refusal('INVALID', 'You cannot put yourself out: leave the room.');
  }
}

function isLastHost(participantId: ParticipantId, state: RoomState): boolean {
  for (const { id, role } of state.participants.values()) {
    if (id !== participantId && mayModerate(role)) return false;
  }
  return true;
}
