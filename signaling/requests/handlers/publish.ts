import { record } from './handler.ts';

export const publish = record<'publish'>(({ trackId, source, muted }) => ({
  type: 'PublishTrack',
  trackId,
  source,
  muted,
}));

export const unpublish = record<'unpublish'>(({ participantId, trackId }) => ({
  type: 'UnpublishTrack',
  participantId,
  trackId,
}));

export const setTrackMuted = record<'setTrackMuted'>(({ participantId, trackId, muted }) => ({
  type: 'SetTrackMuted',
  participantId,
  trackId,
  muted,
}));

export const setTrackInterrupted = record<'setTrackInterrupted'>(({ trackId, interrupted }) => ({
  type: 'SetTrackInterrupted',
  trackId,
  interrupted,
}));

export const setTrackReencoding = record<'setTrackReencoding'>(({ participantId, trackId, wanted }) => ({
  type: 'SetTrackReencoding',
  participantId,
  trackId,
  wanted,
}));
