import { t } from '../../i18n/i18n.ts';
import type { MeetingSnapshot, ReencodingPolicy } from '../../model/Meeting.ts';

export interface ReencodingState {
  /** A sentence or two for hosts; empty when there is nothing to say. */
  readonly text: string;
  /** True if something that is wanted cannot be had now. */
  readonly isProblem: boolean;
}

/** Returns what comes of the wish to reencode; `policy` is what the host has just chosen. */
export function reencodingState(
  { reencoding, self, others }: Pick<MeetingSnapshot, 'reencoding' | 'self' | 'others'>,
  policy: ReencodingPolicy,
): ReencodingState {
  const { available, hindrance } = reencoding;
  const people = [self, ...others];
  const videos = people.flatMap(({ camera, screen }) => [camera, screen]).filter((video) => video !== null);
  const reencoded = videos.filter((video) => video.reencoded).length;
  const wanted = policy.mode !== 'off' || videos.some(({ reencodingWish }) => reencodingWish === true);

  if (available === false) {
    const problem = t(`settings:hindrance.${hindrance ?? 'noneRuns'}`);
    return { text: wanted ? t('settings:kept', { problem }) : problem, isProblem: wanted };
  }
  if (reencoded > 0) {
    const now = t('settings:reencodedNow', { count: reencoded });
    return { text: hindrance === null ? now : `${now} ${t(`settings:hindrance.${hindrance}`)}`, isProblem: false };
  }
  if (!wanted || available === null) return { text: '', isProblem: false };
  if (hindrance !== null) return { text: t(`settings:hindrance.${hindrance}`), isProblem: true };
  const viewers = people.filter(({ connected }) => connected).length - 1;
  if (policy.mode === 'auto' && viewers <= policy.viewers) {
    return { text: t('settings:waitsForViewers', { count: viewers }), isProblem: false };
  }
  return { text: videos.length === 0 ? t('settings:waitsForVideo') : t('settings:beginsSoon'), isProblem: false };
}
