import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Panel } from '../../ui/Panel.tsx';
import { NewBreakoutsForm } from './NewBreakoutsForm.tsx';
import { OpenBreakouts } from './OpenBreakouts.tsx';
import './BreakoutsPanel.css';

interface BreakoutsPanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  onClose: () => void;
}

export function BreakoutsPanel({ snapshot, actions, onClose }: BreakoutsPanelProps) {
  const t = useT();
  const { breakouts, self, others } = snapshot;
  const isHost = self.role === 'host';
  return (
    <Panel title={t('breakouts:title')} onClose={onClose}>
      <div className="panel-body breakouts">
        {breakouts && <OpenBreakouts breakouts={breakouts} actions={actions.breakouts} isHost={isHost} />}
        {!breakouts && isHost && <NewBreakoutsForm people={others} actions={actions.breakouts} />}
        {!breakouts && !isHost && <p className="settings-hint">{t('breakouts:none')}</p>}
      </div>
    </Panel>
  );
}
