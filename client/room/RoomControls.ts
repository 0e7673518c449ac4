import type { Grants, HotStandby, ReencodingPolicy, Role } from '../../core/room/state.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';

/**
 * What hosts may do to a room and to the others in it. Each call resolves once the room's record has the change.
 * @throws RequestRefused when the room refuses (FORBIDDEN for those who are not hosts)
 */
export class RoomControls {
  readonly #commands: CommandQueue;

  constructor(commands: CommandQueue) {
    this.#commands = commands;
  }

  async rename(name: string): Promise<void> {
    await this.#commands.send('renameRoom', { name });
  }

  async setLocked(locked: boolean): Promise<void> {
    await this.#commands.send('setLocked', { locked });
  }

  async setLobby(lobby: boolean): Promise<void> {
    await this.#commands.send('setLobby', { lobby });
  }

  /** Null removes the password. */
  async setPassword(password: string | null): Promise<void> {
    await this.#commands.send('setPassword', { password });
  }

  async setCapacity(capacity: number): Promise<void> {
    await this.#commands.send('setCapacity', { capacity });
  }

  async setRole(participantId: string, role: Role): Promise<void> {
    await this.#commands.send('setRole', { participantId, role });
  }

  /** Shows somebody large to everybody who has no pin of their own; null ends it. */
  async setSpotlight(participantId: string | null): Promise<void> {
    await this.#commands.send('setSpotlight', { participantId });
  }

  async lowerHand(participantId: string): Promise<void> {
    await this.#commands.send('lowerHand', { participantId });
  }

  /** Only mutes: nobody can unmute somebody else. */
  async muteTrack(participantId: string, trackId: string): Promise<void> {
    await this.#commands.send('setTrackMuted', { participantId, trackId, muted: true });
  }

  async stopTrack(participantId: string, trackId: string): Promise<void> {
    await this.#commands.send('unpublish', { participantId, trackId });
  }

  async admit(participantId: string): Promise<void> {
    await this.#commands.send('admit', { participantId });
  }

  async deny(participantId: string): Promise<void> {
    await this.#commands.send('deny', { participantId });
  }

  /** Denies everybody who waits in the lobby. */
  async denyAll(): Promise<void> {
    await this.#commands.send('denyAll', {});
  }

  /** What somebody may do; null makes them follow the room. What they may no longer do ends at once. */
  async setGrants(participantId: string, grants: Grants | null): Promise<void> {
    await this.#commands.send('setGrants', { participantId, grants: grants && toWire(grants) });
  }

  /** What all may do who have no grants of their own. */
  async setRoomGrants(grants: Grants): Promise<void> {
    await this.#commands.send('setRoomGrants', { grants: toWire(grants) });
  }

  async remove(participantId: string): Promise<void> {
    await this.#commands.send('remove', { participantId });
  }

  async ban(participantId: string): Promise<void> {
    await this.#commands.send('ban', { participantId });
  }

  async unban(participantId: string): Promise<void> {
    await this.#commands.send('unban', { participantId });
  }

  async setReencodingPolicy(policy: ReencodingPolicy): Promise<void> {
    await this.#commands.send('setReencodingPolicy', { policy });
  }

  /** Whether clients keep a second place ready, so that a dying server costs no sound; auto: as the server says. */
  async setHotStandby(hotStandby: HotStandby): Promise<void> {
    await this.#commands.send('setHotStandby', { hotStandby });
  }

  async setTrackReencoding(participantId: string, trackId: string, wanted: boolean | null): Promise<void> {
    await this.#commands.send('setTrackReencoding', { participantId, trackId, wanted });
  }

  async closeRoom(): Promise<void> {
    await this.#commands.send('closeRoom', {});
  }
}

function toWire(grants: Grants) {
  return { ...grants, sources: [...grants.sources] };
}
