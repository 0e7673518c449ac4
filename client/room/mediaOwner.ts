import type { RecoveryLog } from '../connection/RecoveryLog.ts';
import type { BlockedAudio } from '../media/BlockedAudio.ts';
import type { MediaEngineOwner } from '../media/MediaEngineOwner.ts';
import type { Through } from '../media/through.ts';
import type { ViewReporter } from '../view/ViewReporter.ts';
import type { EmitRoomEvent } from './RoomEvents.ts';
import type { Roster } from './Roster.ts';

interface MediaOwnerParts {
  readonly through: Through | undefined;
  readonly view: ViewReporter;
  readonly blocked: BlockedAudio;
  readonly log: RecoveryLog;
  readonly emit: EmitRoomEvent;
  resumeToken(): string | undefined;
  nodeUrl(): string | undefined;
  roster(): Roster;
}

/** What a room tells its media, and what it does when it hears from them. */
export function mediaOwner(parts: MediaOwnerParts): MediaEngineOwner {
  const { through, view, blocked, log, emit, resumeToken, nodeUrl, roster } = parts;
  return {
    through,
    view: () => view.current(),
    resumeToken,
    isPublished: (trackId) => roster().local?.publications.has(trackId) ?? false,
    isLive: (track) => roster().isLive(track),
    isMuted: (track) => roster().isMuted(track),
    subscribed: (track) => roster().subscribed(track),
    swapped: (track) => emit('trackSwapped', track),
    blocked: (state) => emit('mediaBlockedChanged', state),
    connected: (process) => log.connected({ url: nodeUrl() ?? '', process }),
    standbyChanged: (state) => emit('hotStandbyChanged', state),
    trouble: (reason) => emit('warning', 'media is being rebuilt', reason),
    attached: (track, element) => {
      if (track.kind === 'video') view.attached(track.trackId, element);
    },
    detached: (_, element) => {
      blocked.delete(element);
      view.detached(element);
    },
    playbackBlocked: (element) => blocked.add(element),
  };
}
