import type { AttendanceReport } from '../../core/room/attendance.ts';
import type {
  Grants,
  HotStandby,
  MediaBoundsChange,
  ReencodingPolicy,
  Role,
  RoomLayout,
} from '../../core/room/state.ts';
import type { Ask } from '../connection/askOver.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';
import { RoomBreakouts } from './RoomBreakouts.ts';
import { RoomNotes } from './RoomNotes.ts';
import { RoomPolls } from './RoomPolls.ts';

/**
 * What hosts may do to a room and to the others in it. Each call resolves once the room's record has the change.
 * @throws RequestRefused when the room refuses (FORBIDDEN for those who are not hosts)
 */
export class RoomControls {
  readonly polls: RoomPolls;
  readonly notes: RoomNotes;
  readonly breakouts: RoomBreakouts;
  readonly #commands: CommandQueue;
  readonly #ask: Ask;

  constructor(commands: CommandQueue, ask: Ask, newId: () => string) {
    const requests = { commands, ask, newId };
    this.polls = new RoomPolls(requests);
    this.notes = new RoomNotes(commands, ask);
    this.breakouts = new RoomBreakouts(requests);
    this.#commands = commands;
    this.#ask = ask;
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

  /** Shows somebody, and `others` beside, large to everybody who has no pin of their own; null ends it. */
  async setSpotlight(participantId: string | null, others: readonly string[] = []): Promise<void> {
    await this.#commands.send('setSpotlight', { participantId, others: [...others] });
  }

  /** The layout for everybody; null leaves it to each of them. Pages follow it. */
  async setLayout(layout: RoomLayout | null): Promise<void> {
    await this.#commands.send('setLayout', { layout });
  }

  /** Whether people may write to one another alone. */
  async setPrivateChat(privateChat: boolean): Promise<void> {
    await this.#commands.send('setPrivateChat', { privateChat });
  }

  /** Whether people come in who neither signed in nor have an invitation of their own. */
  async setGuests(guests: boolean): Promise<void> {
    await this.#commands.send('setGuests', { guests });
  }

  /** Whether people may share files; those shared before stay. */
  async setFilesAllowed(filesAllowed: boolean): Promise<void> {
    await this.#commands.send('setFilesAllowed', { filesAllowed });
  }

  /**
   * Tells everybody that this client records: it does so once this has resolved, and stops when `recordingSince` of
   * the local participant is null again.
   */
  async beginRecording(): Promise<void> {
    await this.#commands.send('beginRecording', {});
  }

  /** One's own has ended; or a host ends somebody's, whose client then stops. */
  async endRecording(participantId: string): Promise<void> {
    await this.#commands.send('endRecording', { participantId });
  }

  /** Forbidding recordings ends those that run. */
  async setRecordingAllowed(recordingAllowed: boolean): Promise<void> {
    await this.#commands.send('setRecordingAllowed', { recordingAllowed });
  }

  /** Whether the microphones of people who are no hosts start muted; they can unmute. */
  async setJoinMuted(joinMuted: boolean): Promise<void> {
    await this.#commands.send('setJoinMuted', { joinMuted });
  }

  /** Turns off the microphones of all others. They can turn them on again, unless a grant says otherwise. */
  async muteAll(): Promise<void> {
    await this.#commands.send('muteAll', {});
  }

  /** `unmuteAskedAt` of the participant says that the question is open: they unmute, or decline. */
  async askToUnmute(participantId: string): Promise<void> {
    await this.#commands.send('askToUnmute', { participantId });
  }

  /** The person says no, or a host takes the question back. */
  async declineUnmute(participantId: string): Promise<void> {
    await this.#commands.send('declineUnmute', { participantId });
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

  /** Bounds what each viewer receives; what is left out stays, and null follows the server. */
  async setMediaBounds(bounds: MediaBoundsChange): Promise<void> {
    await this.#commands.send('setMediaBounds', { bounds });
  }

  async setTrackReencoding(participantId: string, trackId: string, wanted: boolean | null): Promise<void> {
    await this.#commands.send('setTrackReencoding', { participantId, trackId, wanted });
  }

  /**
   * Who was in the room and when, over all their stays; `toAttendanceCsv` makes a table of it.
   * @throws ConnectionLost while there is no connection
   */
  attendance(): Promise<AttendanceReport> {
    return this.#ask('attendance', {});
  }

  async closeRoom(): Promise<void> {
    await this.#commands.send('closeRoom', {});
  }
}

function toWire(grants: Grants) {
  return { ...grants, sources: [...grants.sources] };
}
