import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { assignedAtRandom, type BreakoutActions, MAX_BREAKOUTS } from '../../model/breakouts/breakouts.ts';
import type { Person } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';

const WAYS = ['random', 'byHand', 'free'] as const;
const MINUTES = ['5', '10', '15', '20', '30', '45', '60', ''] as const;

interface NewBreakoutsFormProps {
  /** Those who can be assigned. */
  people: readonly Person[];
  actions: BreakoutActions;
}

export function NewBreakoutsForm({ people, actions }: NewBreakoutsFormProps) {
  const t = useT();
  const { attempt } = useNotices();
  const [count, setCount] = useState('2');
  const [minutes, setMinutes] = useState('10');
  const [way, setWay] = useState<string>('random');
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const rooms = Number(count);
  const isComplete = Number.isInteger(rooms) && rooms >= 1 && rooms <= MAX_BREAKOUTS;
  const names = Array.from({ length: isComplete ? rooms : 0 }, (_, index) =>
    t('breakouts:name', { number: index + 1 }),
  );
  const nobody = { value: '', label: t('breakouts:nobody') };
  const options = [nobody, ...names.map((label, index) => ({ value: String(index), label }))];

  const assigned = () => {
    if (way === 'free') return [];
    const members = people.filter(({ role }) => role !== 'host').map(({ id }) => id);
    if (way === 'random') return assignedAtRandom(members, rooms);
    return people.flatMap(({ id: participantId }) => {
      const room = chosen.get(participantId) ?? '';
      return room === '' || Number(room) >= rooms ? [] : [{ participantId, room: Number(room) }];
    });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete) return;
    const durationMs = minutes === '' ? null : Number(minutes) * 60_000;
    void attempt(actions.open({ names, free: way === 'free', durationMs, assigned: assigned() }));
  };

  return (
    <form className="breakouts" onSubmit={submit}>
      <TextField
        label={t('breakouts:count')}
        type="number"
        inputMode="numeric"
        min={1}
        max={MAX_BREAKOUTS}
        value={count}
        data-first-focus
        onChange={({ target }) => setCount(target.value)}
      />
      <SelectField
        label={t('breakouts:way')}
        value={way}
        options={WAYS.map((value) => ({ value, label: t(`breakouts:ways.${value}`) }))}
        onChange={setWay}
      />
      {way === 'byHand' &&
        people.map(({ id, name }) => (
          <SelectField
            key={id}
            label={name}
            value={chosen.get(id) ?? ''}
            options={options}
            onChange={(room) => setChosen((before) => new Map(before).set(id, room))}
          />
        ))}
      <SelectField
        label={t('breakouts:duration')}
        value={minutes}
        options={MINUTES.map((value) => ({
          value,
          label: value === '' ? t('breakouts:untilEnded') : t('breakouts:minutes', { count: Number(value) }),
        }))}
        onChange={setMinutes}
      />
      <Button type="submit" variant="primary" disabled={!isComplete}>
        {t('breakouts:open')}
      </Button>
    </form>
  );
}
