import type { CommandEnvelope, CommandOf, RoomCommand } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import {
  ALL_GRANTS,
  type MediaBounds,
  type MediaBoundsChange,
  NO_MEDIA_BOUNDS,
  type ReencodingPolicy,
  type RoomSettings,
} from '../state.ts';
import { requireNode } from './actors.ts';
import {
  requireCapacity,
  requireGrace,
  requireMediaBounds,
  requirePasswordHash,
  requirePolicy,
  toName,
} from './input.ts';

export function createRoom(command: CommandOf<'CreateRoom'>): RoomEvent[] {
  const { capacity, graceMs, lobby, passwordHash, guests = true, hotStandby = 'auto', now: at } = command;
  const { recordingAllowed = true, filesAllowed = true, joinMuted = false, privateChat = true } = command;
  const mediaBounds = withBounds(NO_MEDIA_BOUNDS, command.mediaBounds ?? {});
  requireNode(command.actor);
  requireCapacity(capacity);
  requireGrace(graceMs);
  requirePasswordHash(passwordHash);
  requireMediaBounds(mediaBounds);
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
    joinMuted,
    privateChat,
    recordingAllowed,
    filesAllowed,
    mediaBounds,
    ...(command.breakoutOf && { breakoutOf: command.breakoutOf }),
  };
  return [{ type: 'RoomCreated', settings, at }];
}

type SettingsChange = WithoutEnvelope<
  | 'RenameRoom'
  | 'SetLocked'
  | 'SetLobby'
  | 'SetPassword'
  | 'SetCapacity'
  | 'SetReencodingPolicy'
  | 'SetGuests'
  | 'SetHotStandby'
  | 'SetJoinMuted'
  | 'SetPrivateChat'
  | 'SetFilesAllowed'
  | 'SetMediaBounds'
>;

type WithoutEnvelope<T extends RoomCommand['type']> = T extends T ? Omit<CommandOf<T>, keyof CommandEnvelope> : never;

/** A setting that already has the value changes nothing. The caller has checked who asks. */
export function changeSetting(command: SettingsChange, settings: RoomSettings): RoomEvent[] {
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
    case 'SetJoinMuted': {
      const { joinMuted } = command;
      return joinMuted === settings.joinMuted ? [] : [{ type: 'JoinMutedChanged', joinMuted }];
    }
    case 'SetPrivateChat': {
      const { privateChat } = command;
      return privateChat === settings.privateChat ? [] : [{ type: 'PrivateChatChanged', privateChat }];
    }
    case 'SetFilesAllowed': {
      const { filesAllowed } = command;
      return filesAllowed === settings.filesAllowed ? [] : [{ type: 'FilesAllowedChanged', filesAllowed }];
    }
    case 'SetMediaBounds': {
      const before = settings.mediaBounds;
      const bounds = withBounds(before, command.bounds);
      requireMediaBounds(bounds);
      return areSameBounds(bounds, before) ? [] : [{ type: 'MediaBoundsChanged', bounds }];
    }
    case 'SetReencodingPolicy': {
      const { policy } = command;
      requirePolicy(policy);
      return isSamePolicy(policy, settings.reencoding) ? [] : [{ type: 'ReencodingPolicyChanged', policy }];
    }
  }
}

function withBounds(before: MediaBounds, change: MediaBoundsChange): MediaBounds {
  const changed = (bound: keyof MediaBounds): number | null =>
    change[bound] === undefined ? before[bound] : change[bound];
  return {
    pageSize: changed('pageSize'),
    lastN: changed('lastN'),
    loudestN: changed('loudestN'),
    lastScreens: changed('lastScreens'),
  };
}

function areSameBounds(a: MediaBounds, b: MediaBounds): boolean {
  return (
    a.pageSize === b.pageSize && a.lastN === b.lastN && a.loudestN === b.loudestN && a.lastScreens === b.lastScreens
  );
}

function isSamePolicy(a: ReencodingPolicy, b: ReencodingPolicy): boolean {
  if (a.mode === 'auto' && b.mode === 'auto') return a.viewers === b.viewers;
  return a.mode === b.mode;
}
