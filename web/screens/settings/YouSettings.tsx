import { type FormEvent, useState } from 'react';
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
        <h3>You</h3>
        <p>{self.name}</p>
        <p className="hint">Your name comes with your invitation.</p>
      </section>
    );
  }

  return (
    <form className="panel-section" onSubmit={submit}>
      <h3>You</h3>
      <TextField label="Your name" value={name} maxLength={64} onChange={(event) => setName(event.target.value)} />
      {changed && (
        <Button type="submit" variant="primary">
          Change name
        </Button>
      )}
    </form>
  );
}
