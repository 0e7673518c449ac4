import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions } from '../../model/Meeting.ts';
import { MAX_POLL_OPTIONS } from '../../model/polls.ts';
import { Button } from '../../ui/Button.tsx';
import { SwitchField, TextField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';

/** The last field is empty, so that there is always room for one more option. */
export function NewPollForm({ actions, onDone }: { actions: MeetingActions; onDone: () => void }) {
  const t = useT();
  const { attempt } = useNotices();
  const [question, setQuestion] = useState('');
  const [options, setOptions] = useState(['', '']);
  const [multiple, setMultiple] = useState(false);
  const [anonymous, setAnonymous] = useState(true);
  const [live, setLive] = useState(true);
  const given = options.map((option) => option.trim()).filter((option) => option !== '');
  const isComplete = question.trim() !== '' && given.length >= 2 && new Set(given).size === given.length;

  const write = (index: number, text: string) => {
    const changed = options.map((option, at) => (at === index ? text : option));
    const isRoomLeft = changed.length < MAX_POLL_OPTIONS && changed.at(-1)?.trim() !== '';
    setOptions(isRoomLeft ? [...changed, ''] : changed);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete) return;
    if (await attempt(actions.polls.open({ question, options: given, multiple, anonymous, live }))) onDone();
  };

  return (
    <form className="poll" onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('hosts:polls.question')}
        value={question}
        maxLength={300}
        data-first-focus
        onChange={(event) => setQuestion(event.target.value)}
      />
      {options.map((option, index) => (
        <TextField
          // biome-ignore lint/suspicious/noArrayIndexKey: options have nothing but their place.
          key={index}
          label={t('hosts:polls.option', { number: index + 1 })}
          value={option}
          maxLength={100}
          onChange={(event) => write(index, event.target.value)}
        />
      ))}
      <SwitchField label={t('hosts:polls.multiple')} checked={multiple} onChange={setMultiple} />
      <SwitchField
        label={t('hosts:polls.anonymous')}
        hint={t('hosts:polls.anonymousHint')}
        checked={anonymous}
        onChange={setAnonymous}
      />
      <SwitchField label={t('hosts:polls.live')} hint={t('hosts:polls.liveHint')} checked={live} onChange={setLive} />
      <div className="people-actions">
        <Button variant="quiet" onClick={onDone}>
          {t('common:cancel')}
        </Button>
        <Button type="submit" variant="primary" disabled={!isComplete}>
          {t('hosts:polls.ask')}
        </Button>
      </div>
    </form>
  );
}
