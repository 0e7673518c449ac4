import { type BreakoutPlace, placeOf } from './breakouts.ts';
import type { RoomEvent } from './events.ts';
import type { RoomDraft } from './RoomDraft.ts';
import type { ParticipantId } from './state.ts';

type BreakoutEvent = Extract<
  RoomEvent,
  {
    readonly type:
      | 'BreakoutsOpened'
      | 'BreakoutsChanged'
      | 'BreakoutsEnded'
      | 'BreakoutAssigned'
      | 'BreakoutEntered'
      | 'BreakoutLeft';
  }
>;

/** A fact about breakout rooms that are not open changes nothing. */
export function evolveBreakouts(draft: RoomDraft, event: BreakoutEvent): void {
  switch (event.type) {
    case 'BreakoutsOpened': {
      const { id, rooms, free, endsAt, assigned, at: openedAt } = event;
      const places = new Map(
        assigned.map(({ participantId, roomId }) => [participantId, { participantId, assigned: roomId, inside: null }]),
      );
      draft.room.breakouts = { id, rooms, free, openedAt, endsAt, places };
      return;
    }
    case 'BreakoutsChanged':
      if (draft.room.breakouts) draft.room.breakouts = { ...draft.room.breakouts, endsAt: event.endsAt };
      return;
    case 'BreakoutsEnded':
      draft.room.breakouts = null;
      return;
    case 'BreakoutAssigned':
      changePlace(draft, event.participantId, { assigned: event.roomId });
      return;
    case 'BreakoutEntered':
      changePlace(draft, event.participantId, { inside: event.roomId });
      return;
    case 'BreakoutLeft':
      changePlace(draft, event.participantId, { inside: null });
  }
}

/** Whoever leaves the main room has no place in a breakout room either. */
export function leaveBreakouts(draft: RoomDraft, participantId: ParticipantId): void {
  const { breakouts } = draft.room;
  if (!breakouts?.places.has(participantId)) return;
  const places = new Map(breakouts.places);
  places.delete(participantId);
  draft.room.breakouts = { ...breakouts, places };
}

function changePlace(draft: RoomDraft, participantId: ParticipantId, change: Partial<BreakoutPlace>): void {
  const { breakouts, participants } = draft.room;
  if (!breakouts || !participants.has(participantId)) return;
  const place = { ...placeOf(participantId, breakouts), ...change };
  const places = new Map(breakouts.places);
  if (place.assigned === null && place.inside === null) places.delete(participantId);
  else places.set(participantId, place);
  draft.room.breakouts = { ...breakouts, places };
}
