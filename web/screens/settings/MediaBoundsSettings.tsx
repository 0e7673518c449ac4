import { startTransition, useOptimistic } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MediaBounds, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { SelectField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';

interface Choice {
  readonly bound: keyof MediaBounds;
  readonly usual: readonly number[];
}

const CHOICES: readonly Choice[] = [
  { bound: 'pageSize', usual: [4, 6, 9, 12, 16, 25, 49] },
  { bound: 'lastN', usual: [1, 4, 9, 12, 25] },
  { bound: 'loudestN', usual: [1, 3, 6, 12] },
  { bound: 'lastScreens', usual: [1, 2, 4] },
];
const FOLLOWS = '';

/** Follows the hand at once, and falls back if the room refuses. */
export function MediaBoundsSettings({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const [bounds, show] = useOptimistic(snapshot.mediaBounds);
  const { attempt } = useNotices();
  const choose = (bound: keyof MediaBounds, value: string) => {
    const change = { [bound]: value === FOLLOWS ? null : Number(value) };
    startTransition(async () => {
      show({ ...bounds, ...change });
      await attempt(actions.setMediaBounds(change));
    });
  };
  return (
    <section className="panel-section">
      <h3>{t('settings:bounds.title')}</h3>
      <p className="settings-hint">{t('settings:bounds.hint')}</p>
      {CHOICES.map(({ bound, usual }) => (
        <SelectField
          key={bound}
          label={t(`settings:bounds.${bound}`)}
          value={String(bounds[bound] ?? FOLLOWS)}
          options={[
            { value: FOLLOWS, label: t('settings:bounds.follows') },
            ...withCurrent(usual, bounds[bound]).map((most) => ({
              value: String(most),
              label: t('settings:bounds.most', { most }),
            })),
          ]}
          onChange={(value) => choose(bound, value)}
        />
      ))}
    </section>
  );
}

/** Includes the current one, since a program may have set any number. */
function withCurrent(usual: readonly number[], current: number | null): readonly number[] {
  return [...new Set([...usual, ...(current === null ? [] : [current])])].sort((a, b) => a - b);
}
