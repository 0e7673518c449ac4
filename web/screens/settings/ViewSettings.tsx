import { useT } from '../../i18n/i18n.ts';
import { useFullScreen } from '../../lib/useFullScreen.ts';
import { layoutThatHolds } from '../../model/layoutThatHolds.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { LAYOUTS, type Layout, PICTURES, type RoomView } from '../../model/roomView.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField, SwitchField } from '../../ui/fields.tsx';
import type { ChangeRoomView } from '../stage/useRoomView.ts';

interface ViewSettingsProps {
  view: RoomView;
  onView: ChangeRoomView;
  /** The hosts' layout. */
  forAll: MeetingSnapshot['forAll']['layout'];
}

/** How the person looks at the meeting. Nobody else sees a difference. */
export function ViewSettings({ view, onView, forAll }: ViewSettingsProps) {
  const t = useT();
  const layout = layoutThatHolds<Layout>(view, forAll, 'auto');
  return (
    <section className="panel-section">
      <h3 id="layout-title">{t('settings:layout')}</h3>
      <div role="radiogroup" aria-labelledby="layout-title" className="choices">
        {LAYOUTS.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="layout"
              checked={layout === value}
              onChange={() => onView({ layout: value, despite: forAll?.at ?? null })}
            />
            {t(`settings:layouts.${value}`)}
          </label>
        ))}
      </div>
      <SwitchField
        label={t('settings:showSelf')}
        checked={!view.selfHidden}
        onChange={(shown) => onView({ selfHidden: !shown })}
      />
      <SelectField
        label={t('settings:pictures')}
        value={view.pictures}
        options={PICTURES.map((value) => ({ value, label: t(`settings:picturesOf.${value}`) }))}
        onChange={(value) => onView({ pictures: PICTURES.find((known) => known === value) ?? 'full' })}
      />
      <FullScreenButton />
    </section>
  );
}

function FullScreenButton() {
  const t = useT();
  const { available, isFull, toggle } = useFullScreen();
  if (!available) return null;
  return <Button onClick={toggle}>{isFull ? t('settings:leaveFullScreen') : t('settings:fullScreen')}</Button>;
}
