import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { ALL_GRANTS, type ReencodingPolicy, type RoomSettings } from '../state.ts';
import { requireNode } from './actors.ts';
import { requireCapacity, requireGrace, requirePasswordHash, requirePolicy, toName } from './input.ts';

export function createRoom(command: CommandOf<'CreateRoom'>): RoomEvent[] {
  const { capacity, graceMs, lobby, passwordHash, guests = true, hotStandby = 'auto', now: at } = command;
  requireNode(command.actor);
  requireCapacity(capacity);
  requireGrace(graceMs);
  requirePasswordHash(passwordHash);
  const name = toName(command.name);
  const settings: RoomSettings = {
    name,
    capacity,
    graceMs,
    locked: false,
    lobby,
    passwordHash,
    reencoding: { mode: 'off' },
    grants: ALL_GRANTS,
    guests,
    hotStandby,
  };
  return [{ type: 'RoomCreated', settings, at }];
}

type SettingsCommand = CommandOf<
  | 'RenameRoom'
  | 'SetLocked'
  | 'SetLobby'
  | 'SetPassword'
  | 'SetCapacity'
  | 'SetReencodingPolicy'
  | 'SetGuests'
  | 'SetHotStandby'
>;

/** A setting that already has the value changes nothing. The caller has checked who asks. */
export function changeSetting(command: SettingsCommand, settings: RoomSettings): RoomEvent[] {
  switch (command.type) {
    case 'RenameRoom': {
      const name = toName(command.name);
      return name === settings.name ? [] : [{ type: 'RoomRenamed', name }];
    }
    case 'SetLocked': {
      const { locked } = command;
      return locked === settings.locked ? [] : [{ type: 'LockChanged', locked }];
    }
    case 'SetLobby': {
      const { lobby } = command;
      return lobby === settings.lobby ? [] : [{ type: 'LobbyChanged', lobby }];
    }
    case 'SetPassword': {
      const { passwordHash } = command;
      requirePasswordHash(passwordHash);
      return passwordHash === settings.passwordHash ? [] : [{ type: 'PasswordChanged', passwordHash }];
    }
    case 'SetCapacity': {
      const { capacity } = command;
      requireCapacity(capacity);
      return capacity === settings.capacity ? [] : [{ type: 'CapacityChanged', capacity }];
    }
    case 'SetGuests': {
      const { guests } = command;
      return guests === settings.guests ? [] : [{ type: 'GuestsChanged', guests }];
    }
    case 'SetHotStandby': {
      const { hotStandby } = command;
      return hotStandby === settings.hotStandby ? [] : [{ type: 'HotStandbyChanged', hotStandby }];
    }
    case 'SetReencodingPolicy': {
      const { policy } = command;
      requirePolicy(policy);
      return isSamePolicy(policy, settings.reencoding) ? [] : [{ type: 'ReencodingPolicyChanged', policy }];
    }
  }
}

function isSamePolicy(a: ReencodingPolicy, b: ReencodingPolicy): boolean {
  if (a.mode === 'auto' && b.mode === 'auto') return a.viewers === b.viewers;
  return a.mode === b.mode;
}
