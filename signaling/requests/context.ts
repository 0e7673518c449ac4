import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { MediaPlane } from '../../core/media/MediaPlane.ts';
import type { Clock, Logger, PasswordGuesses } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import type { Origins } from '../auth/Origins.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { ConnectedPeople } from '../connections/ConnectedPeople.ts';
import type { Departures } from '../connections/Departures.ts';
import type { NodeDirectory } from '../connections/NodeDirectory.ts';
import type { PresenceAuditor } from '../connections/PresenceAuditor.ts';
import type { FileDesk } from '../files/FileDesk.ts';
import type { IceServers } from '../IceServers.ts';
import type { AddressLimits } from '../limits/AddressLimits.ts';
import type { EntryPace } from '../limits/EntryPace.ts';
import type { Limits } from '../limits/Limits.ts';
import type { WriteBudgets } from '../limits/WriteBudgets.ts';
import type { NotesKeeper } from '../notes/NotesKeeper.ts';
import type { ReencodingStatus } from '../reencoding/ReencodingStatus.ts';
import type { StandbyPlaces } from '../standby/StandbyPlaces.ts';
import type { Takeover } from '../standby/Takeover.ts';
import type { OtherNodes } from '../telling/OtherNodes.ts';

/** Who may create rooms without the API key: everybody, those who have signed in, or nobody. */
export type RoomCreation = boolean | 'signed-in';

/** The dependencies of handlers and routes. */
export interface SignalingContext {
  readonly nodeId: NodeId;
  readonly rooms: RoomHosts;
  readonly media: Pick<MediaPlane, 'rtpCapabilities' | 'pageSize'>;
  readonly connectedPeople: ConnectedPeople;
  readonly departures: Departures;
  readonly presenceAuditor: PresenceAuditor;
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly origins: Origins;
  readonly wrongPasswords: AddressLimits;
  /** The same for the larger net around an address. */
  readonly wrongPasswordsOfNet: AddressLimits;
  /** New passwords, by room. */
  readonly passwordChanges: AddressLimits;
  readonly guesses: PasswordGuesses;
  /** Knocks, by room and address. */
  readonly knocks: AddressLimits;
  /** Signals that nothing keeps, by room. */
  readonly roomSignals: AddressLimits;
  readonly budgets: WriteBudgets;
  readonly entries: EntryPace;
  /** Whether people may create rooms without the API key. */
  readonly openRoomCreation: RoomCreation;
  /** Whether people get tokens for rooms that they know without the API key. */
  readonly guestAccess: boolean;
  readonly nodes: NodeDirectory;
  readonly reencoding: ReencodingStatus;
  readonly otherNodes: OtherNodes;
  readonly standbyPlaces: StandbyPlaces;
  readonly takeover: Pick<Takeover, 'awaited'>;
  readonly iceServers: IceServers;
  /** Null where no files are shared. */
  readonly files: FileDesk | null;
  readonly notes: Pick<NotesKeeper, 'written'>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}
