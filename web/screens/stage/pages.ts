import type { TileSpec } from './tiles.ts';

export interface Pages {
  /** From 0 on. */
  readonly page: number;
  readonly count: number;
  readonly shown: readonly TileSpec[];
  /** Videos of the next page, then of the one before. */
  readonly nearTrackIds: readonly string[];
}

/** Cuts tiles into pages. `wantedPage` may be beyond the last one: people leave. */
export function pagesOf(tiles: readonly TileSpec[], pageSize: number, wantedPage: number): Pages {
  const count = Math.max(1, Math.ceil(tiles.length / pageSize));
  const page = Math.min(wantedPage, count - 1);
  const on = (other: number): readonly TileSpec[] =>
    other < 0 ? [] : tiles.slice(other * pageSize, (other + 1) * pageSize);
  const near = [...on(page + 1), ...on(page - 1)];
  return { page, count, shown: on(page), nearTrackIds: near.flatMap(videoOf) };
}

function videoOf({ person, kind }: TileSpec): string[] {
  const media = kind === 'camera' ? person.camera : person.screen;
  return media && !media.muted && !person.isSelf ? [media.trackId] : [];
}
