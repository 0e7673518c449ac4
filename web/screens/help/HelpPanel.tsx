import { useT } from '../../i18n/i18n.ts';
import type { MeetingConnection, MeetingSnapshot } from '../../model/Meeting.ts';
import { Panel } from '../../ui/Panel.tsx';
import { KeySettings } from '../settings/KeySettings.tsx';
import { TestLink } from '../test/TestLink.tsx';
import { ConnectionDetailsList } from './ConnectionDetailsList.tsx';
import { RecoveryList } from './RecoveryList.tsx';
import './HelpPanel.css';

interface HelpPanelProps {
  connection: MeetingConnection;
  recoveries: MeetingSnapshot['recoveries'];
  singleKeys: boolean;
  onSingleKeys: (singleKeys: boolean) => void;
  onClose: () => void;
}

/** How the connection is doing and what it got over, and the keys. */
export function HelpPanel({ connection, recoveries, singleKeys, onSingleKeys, onClose }: HelpPanelProps) {
  const t = useT();
  return (
    <Panel title={t('connection:title')} onClose={onClose}>
      <div className="panel-body">
        <section className="panel-section">
          <h3>{t('connection:now')}</h3>
          <ConnectionDetailsList connection={connection} />
        </section>
        <section className="panel-section">
          <h3>{t('connection:history')}</h3>
          <RecoveryList recoveries={recoveries} />
          <TestLink apart />
        </section>
        <KeySettings singleKeys={singleKeys} onChange={onSingleKeys} />
      </div>
    </Panel>
  );
}
