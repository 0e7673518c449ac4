import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { Preferences } from '../../lib/preferences.ts';
import type { MeetingActions, Person } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';

interface YouSettingsProps {
  self: Person;
  actions: MeetingActions;
  onPreferences: (change: Partial<Preferences>) => void;
}

export function YouSettings({ self, actions, onPreferences }: YouSettingsProps) {
  const t = useT();
  const [name, setName] = useState(self.name);
  const { attempt } = useNotices();
  const trimmed = name.trim();
  const changed = trimmed !== '' && trimmed !== self.name;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (changed && (await attempt(actions.rename(trimmed)))) onPreferences({ name: trimmed });
  };

  if (self.nameFixed) {
    return (
      <section className="panel-section">
        <h3>{t('settings:you')}</h3>
        <p>{self.name}</p>
        <p className="hint">{t('settings:nameFixed')}</p>
      </section>
    );
  }

  return (
    <form className="panel-section" onSubmit={submit}>
      <h3>{t('settings:you')}</h3>
      <TextField
        label={t('settings:yourName')}
        value={name}
        maxLength={64}
        onChange={(event) => setName(event.target.value)}
      />
      {changed && (
        <Button type="submit" variant="primary">
          {t('settings:changeName')}
        </Button>
      )}
    </form>
  );
}
