import { useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { NewPollForm } from './NewPollForm.tsx';
import { PollCard } from './PollCard.tsx';
import './PollsPanel.css';

interface PollsPanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  onClose: () => void;
}

export function PollsPanel({ snapshot: { polls, self }, actions, onClose }: PollsPanelProps) {
  const t = useT();
  const { attempt } = useNotices();
  const [isNew, setNew] = useState(false);
  const [own, setOwn] = useState<ReadonlyMap<string, readonly number[]>>(new Map());
  const isHost = self.role === 'host';

  // The record does not show this person's secret votes: after a reload the server tells them.
  useEffect(() => {
    let isShown = true;
    const load = async () => {
      const votes = await actions.polls.ownVotes();
      if (isShown) setOwn((now) => new Map([...votes, ...now]));
    };
    void attempt(load());
    return () => {
      isShown = false;
    };
  }, [actions, attempt]);

  const vote = (pollId: string, choices: readonly number[]) => {
    const before = own.get(pollId) ?? [];
    const show = (shown: readonly number[]) => setOwn((now) => new Map(now).set(pollId, shown));
    show(choices);
    void attempt(actions.polls.vote(pollId, choices)).then((done) => {
      if (!done) show(before);
    });
  };

  return (
    <Panel title={t('hosts:polls.title')} onClose={onClose}>
      <div className="panel-body polls">
        {isHost && !isNew && (
          <Button variant="primary" onClick={() => setNew(true)}>
            {t('hosts:polls.new')}
          </Button>
        )}
        {isNew && <NewPollForm actions={actions} onDone={() => setNew(false)} />}
        {polls.length === 0 && !isNew && <p className="settings-hint">{t('hosts:polls.none')}</p>}
        {polls.map((poll) => (
          <PollCard
            key={poll.id}
            poll={poll}
            own={own.get(poll.id) ?? poll.votes.get(self.id)?.choices ?? []}
            actions={isHost ? actions : null}
            onVote={(choices) => vote(poll.id, choices)}
          />
        ))}
      </div>
    </Panel>
  );
}
