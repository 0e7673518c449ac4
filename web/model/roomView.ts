import { z } from 'zod';
import { type Memory, readStored, store } from '../lib/storedJson.ts';

export const LAYOUTS = ['auto', 'tiles', 'speaker', 'presentation'] as const;

/**
 * auto: a shared screen is large, else all are equal; tiles: always equal; speaker: who speaks is large; presentation:
 * the shared screen, or who speaks, has the whole stage. What is pinned is large in each.
 */
export type Layout = (typeof LAYOUTS)[number];

/** How good the pictures of others may be: none is for sound alone. */
export const PICTURES = ['full', 'medium', 'small', 'none'] as const;
export type Pictures = (typeof PICTURES)[number];

/** Device pixels that a picture is asked for at most; null for what fits its tile. */
export const PICTURE_HEIGHTS: Readonly<Record<Pictures, number | null>> = {
  full: null,
  medium: 360,
  small: 180,
  none: 0,
};

/** The most tiles that a person can pin. */
export const MOST_PINS = 6;

const RoomView = z.object({
  layout: z.enum(LAYOUTS).catch('auto'),
  /** What layout of the hosts the person overruled by choosing this one: see `layoutThatHolds`. */
  despite: z.number().nullable().catch(null),
  /** The keys of tiles, in the order they were pinned. */
  pins: z.array(z.string().max(100)).max(MOST_PINS).catch([]),
  selfHidden: z.boolean().catch(false),
  pictures: z.enum(PICTURES).catch('full'),
});
/** How one person looks at one room. */
export type RoomView = z.infer<typeof RoomView>;

const viewKey = (roomId: string) => `everroom:view:${roomId}`;
const VOLUMES_KEY = 'everroom:volumes';
/** More rooms than anybody remembers; the ones used longest ago are forgotten. */
const MOST_ROOMS = 30;
const MOST_PEOPLE = 100;

/** Returns how this tab looked at the room before it was reloaded. */
export function readRoomView(roomId: string, memory: () => Memory = () => sessionStorage): RoomView {
  return RoomView.parse(readStored(memory, viewKey(roomId)));
}

export function saveRoomView(roomId: string, view: RoomView, memory: () => Memory = () => sessionStorage): void {
  store(memory, viewKey(roomId), view);
}

const Volumes = z.record(z.string(), z.number().min(0).max(1)).catch({});
/** By person, and for the sound of a shared screen by `screen:PERSON`. */
export type Volumes = z.infer<typeof Volumes>;

const AllVolumes = z.array(z.tuple([z.string(), Volumes])).catch([]);

/** Returns how loud this browser played people in the room. */
export function readVolumes(roomId: string, memory: () => Memory = () => localStorage): Volumes {
  return allVolumes(memory).get(roomId) ?? {};
}

export function saveVolumes(roomId: string, volumes: Volumes, memory: () => Memory = () => localStorage): void {
  const all = allVolumes(memory);
  all.delete(roomId);
  const changed = Object.entries(volumes).filter(([, volume]) => volume !== 1);
  if (changed.length > 0) all.set(roomId, Object.fromEntries(changed.slice(-MOST_PEOPLE)));
  store(memory, VOLUMES_KEY, [...all].slice(-MOST_ROOMS));
}

function allVolumes(memory: () => Memory): Map<string, Volumes> {
  const saved = readStored(memory, VOLUMES_KEY);
  return new Map(AllVolumes.parse(Array.isArray(saved) ? saved : []));
}
