import { useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { ALERT_KINDS, type AlertKind } from '../../lib/alertKinds.ts';
import { askForDesktopNotices, desktopPermission } from '../../lib/desktopNotices.ts';
import type { Preferences } from '../../lib/preferences.ts';
import { SwitchField } from '../../ui/fields.tsx';

interface AlertSettingsProps {
  preferences: Preferences;
  onPreferences: (change: Partial<Preferences>) => void;
  isHost: boolean;
}

const FOR_HOSTS: readonly AlertKind[] = ['knock', 'hand'];

/** What this page sounds for, and what it says outside of its window. */
export function AlertSettings({ preferences, onPreferences, isHost }: AlertSettingsProps) {
  const t = useT();
  const { sounds } = preferences;
  const setSound = (kind: AlertKind, on: boolean) => {
    const others = sounds.filter((each) => each !== kind);
    onPreferences({ sounds: on ? [...others, kind] : others });
  };
  return (
    <section className="panel-section">
      <h3>{t('settings:alerts.title')}</h3>
      {ALERT_KINDS.filter((kind) => isHost || !FOR_HOSTS.includes(kind)).map((kind) => (
        <SwitchField
          key={kind}
          label={t(`settings:alerts.${kind}`)}
          checked={sounds.includes(kind)}
          onChange={(on) => setSound(kind, on)}
        />
      ))}
      <DesktopSwitch preferences={preferences} onPreferences={onPreferences} />
    </section>
  );
}

function DesktopSwitch({ preferences, onPreferences }: Omit<AlertSettingsProps, 'isHost'>) {
  const t = useT();
  const [permission, setPermission] = useState(desktopPermission);
  if (permission === 'impossible') return null;
  const change = async (on: boolean) => {
    const allowed = on && (await askForDesktopNotices());
    setPermission(desktopPermission());
    onPreferences({ desktopNotices: allowed });
  };
  return (
    <SwitchField
      label={t('settings:alerts.desktop')}
      hint={t(permission === 'denied' ? 'settings:alerts.desktopBlocked' : 'settings:alerts.desktopHint')}
      checked={preferences.desktopNotices && permission === 'granted'}
      onChange={(on) => void change(on)}
    />
  );
}
