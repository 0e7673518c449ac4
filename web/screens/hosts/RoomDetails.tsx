import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';

interface RoomDetailsProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
}

/** The name of the room, and how many people fit in. */
export function RoomDetails({ snapshot, actions }: RoomDetailsProps) {
  const t = useT();
  const { attempt } = useNotices();
  // A breakout room has another name.
  const nameNow = snapshot.invitation.name;
  const capacityNow = String(snapshot.forAll.capacity);
  const [name, setName] = useState<string | null>(null);
  const [capacity, setCapacity] = useState<string | null>(null);
  const newName = name?.trim();
  const isNameNew = newName !== undefined && newName !== '' && newName !== nameNow;
  const isCapacityNew = capacity !== null && /^[1-9]\d{0,4}$/.test(capacity) && capacity !== capacityNow;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isNameNew && (await attempt(actions.hosting.renameRoom(newName)))) setName(null);
    if (isCapacityNew && (await attempt(actions.hosting.setCapacity(Number(capacity))))) setCapacity(null);
  };

  return (
    <form className="settings-form" onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('hosts:roomName')}
        value={name ?? nameNow}
        maxLength={64}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={t('hosts:capacity')}
        type="number"
        min={1}
        max={10_000}
        value={capacity ?? capacityNow}
        hint={t('hosts:capacityHint')}
        onChange={(event) => setCapacity(event.target.value)}
      />
      {(isNameNew || isCapacityNew) && (
        <div className="form-buttons">
          <Button type="submit" variant="primary">
            {t('settings:change')}
          </Button>
        </div>
      )}
    </form>
  );
}
