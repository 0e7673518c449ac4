import type { BreakoutOf, BreakoutPlace, BreakoutRoom, Breakouts } from './breakouts.ts';
import { flag, keyed, list, number, object, orNull, text } from './fields.ts';

const room = object<BreakoutRoom>({ id: text, name: text });
const place = object<BreakoutPlace>({ participantId: text, assigned: orNull(text), inside: orNull(text) });

/** Everybody sees who is where: their room lets in only those who belong there [R-BREAKOUT-3]. */
export const breakouts = object<Breakouts>({
  id: text,
  rooms: list(room),
  free: flag,
  openedAt: number,
  endsAt: orNull(number),
  places: keyed(place, ({ participantId }) => participantId),
});

export const breakoutOf = object<BreakoutOf>({ roomId: text, breakoutsId: text });

/** The same for what happens to them. */
export const breakoutEvents = {
  BreakoutsOpened: {
    id: text,
    rooms: list(room),
    free: flag,
    endsAt: orNull(number),
    assigned: list(
      object<{ readonly participantId: string; readonly roomId: string }>({ participantId: text, roomId: text }),
    ),
    at: number,
  },
  BreakoutsChanged: { endsAt: orNull(number) },
  BreakoutsEnded: { at: number },
  BreakoutAssigned: { participantId: text, roomId: orNull(text) },
  BreakoutEntered: { participantId: text, roomId: text },
  BreakoutLeft: { participantId: text },
};
