import { Check } from 'lucide-react';
import { useId } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions } from '../../model/Meeting.ts';
import type { Poll } from '../../model/polls.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';

interface PollCardProps {
  poll: Poll;
  /** The options that this person has chosen. */
  own: readonly number[];
  /** Null for those who only vote. */
  actions: MeetingActions | null;
  onVote: (choices: readonly number[]) => void;
}

export function PollCard({ poll, own, actions, onVote }: PollCardProps) {
  const t = useT();
  const { attempt } = useNotices();
  const id = useId();
  const isOpen = poll.closedAt === null;
  const choose = (option: number) => {
    if (!poll.multiple) onVote([option]);
    else
      onVote(own.includes(option) ? own.filter((other) => other !== option) : [...own, option].sort((a, b) => a - b));
  };
  return (
    <section className="poll" aria-labelledby={id}>
      <h3 id={id} dir="auto">
        {poll.question}
      </h3>
      <ul>
        {poll.options.map((text, option) => (
          <li key={text}>
            {isOpen ? (
              <label>
                <input
                  type={poll.multiple ? 'checkbox' : 'radio'}
                  name={id}
                  checked={own.includes(option)}
                  onChange={() => choose(option)}
                />
                <span dir="auto">{text}</span>
                <Count poll={poll} option={option} />
              </label>
            ) : (
              <div>
                {own.includes(option) ? <Check size={18} aria-label={t('hosts:polls.yours')} /> : <span />}
                <span dir="auto">{text}</span>
                <Count poll={poll} option={option} />
              </div>
            )}
            {poll.counts && (
              <meter min={0} max={Math.max(1, poll.voters)} value={poll.counts[option] ?? 0} aria-hidden />
            )}
            <small dir="auto">{namesOf(poll, option)}</small>
          </li>
        ))}
      </ul>
      <p className="settings-hint">{describe(poll, t)}</p>
      {isOpen && own.length > 0 && (
        <Button variant="quiet" onClick={() => onVote([])}>
          {t('hosts:polls.takeBack')}
        </Button>
      )}
      {actions && (
        <div className="people-actions">
          {isOpen && (
            <Button onClick={() => void attempt(actions.polls.close(poll.id))}>{t('hosts:polls.close')}</Button>
          )}
          <Button variant="quiet" onClick={() => void attempt(actions.polls.remove(poll.id))}>
            {t('hosts:polls.remove')}
          </Button>
        </div>
      )}
    </section>
  );
}

function Count({ poll, option }: { poll: Poll; option: number }) {
  return poll.counts && <strong>{poll.counts[option] ?? 0}</strong>;
}

function namesOf(poll: Poll, option: number): string {
  const voters = [...poll.votes.values()].filter(({ choices, name }) => name !== '' && choices.includes(option));
  return voters.map(({ name }) => name).join(', ');
}

function describe(poll: Poll, t: ReturnType<typeof useT>): string {
  const parts = [
    t('hosts:polls.votes', { count: poll.voters }),
    poll.anonymous ? t('hosts:polls.anonymous') : null,
    poll.closedAt !== null ? t('hosts:polls.closed') : poll.live ? null : t('hosts:polls.resultsLater'),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
