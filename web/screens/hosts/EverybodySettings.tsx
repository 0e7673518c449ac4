import { useId } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { RoomLayout } from '../../model/hosting.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { useNotices } from '../../ui/notices.tsx';
import { RoomSwitch } from '../../ui/RoomSwitch.tsx';

interface EverybodySettingsProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
}

const LAYOUTS: readonly (RoomLayout | null)[] = [null, 'tiles', 'speaker', 'presentation'];

/** What holds for everybody until a person chooses otherwise. */
export function EverybodySettings({ snapshot: { forAll }, actions: { hosting } }: EverybodySettingsProps) {
  const t = useT();
  const { attempt } = useNotices();
  const id = useId();
  return (
    <section className="panel-section">
      <h3 id={id}>{t('hosts:layout.title')}</h3>
      <div role="radiogroup" aria-labelledby={id} className="choices">
        {LAYOUTS.map((layout) => (
          <label key={layout}>
            <input
              type="radio"
              name={id}
              checked={(forAll.layout?.layout ?? null) === layout}
              onChange={() => void attempt(hosting.setLayout(layout))}
            />
            {t(`hosts:layout.${layout ?? 'own'}`)}
          </label>
        ))}
      </div>
      <RoomSwitch
        label={t('hosts:joinMuted')}
        hint={t('hosts:joinMutedHint')}
        checked={forAll.joinMuted}
        onChange={hosting.setJoinMuted}
      />
    </section>
  );
}
