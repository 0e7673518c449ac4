import { useEffect, useState } from 'react';
import { readPreferences, savePreferences } from '../../lib/preferences.ts';
import { useStore } from '../../lib/useStore.ts';
import type { Meeting } from '../../model/Meeting.ts';
import { useNotices } from '../../ui/notices.tsx';
import { ChatPanel } from '../chat/ChatPanel.tsx';
import { useUnread } from '../chat/useUnread.ts';
import { ControlBar } from '../controls/ControlBar.tsx';
import type { PanelName } from '../controls/panels.ts';
import { useShortcuts } from '../controls/useShortcuts.ts';
import { AudioOutput } from '../media/AudioOutput.tsx';
import { PeoplePanel } from '../people/PeoplePanel.tsx';
import { SettingsPanel } from '../settings/SettingsPanel.tsx';
import { Stage } from '../stage/Stage.tsx';
import type { Layout } from '../stage/tiles.ts';
import { Announcer } from './Announcer.tsx';
import { Banners } from './Banners.tsx';
import { MeetingHeader } from './MeetingHeader.tsx';
import { useWakeLock } from './useWakeLock.ts';
import './MeetingScreen.css';

/** The meeting itself. `meeting` holds the state of the room; only how this person looks at it lives here. */
export function MeetingScreen({ meeting }: { meeting: Meeting }) {
  const snapshot = useStore(meeting);
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [layout, setLayout] = useState<Layout>('auto');
  const [preferences, setPreferences] = useState(readPreferences);
  const unread = useUnread(snapshot.chat, panel === 'chat');
  const { attempt, show } = useNotices();
  const { actions } = meeting;

  const { notice } = snapshot;
  useEffect(() => {
    if (notice) show(notice.title, notice.advice);
  }, [notice, show]);

  useEffect(() => {
    const before = document.title;
    document.title = `${snapshot.name || 'Meeting'} · Everroom`;
    return () => {
      document.title = before;
    };
  }, [snapshot.name]);

  useWakeLock();

  const toggle = (name: PanelName) => setPanel((open) => (open === name ? null : name));
  const close = () => setPanel(null);
  const remember = (change: Partial<typeof preferences>) => {
    savePreferences(change);
    setPreferences((before) => ({ ...before, ...change }));
  };

  useShortcuts({ meeting, attempt, toggle, close, panel, singleKeys: preferences.singleKeys });

  return (
    <div className={`meeting${panel ? ' with-panel' : ''}`}>
      <MeetingHeader snapshot={snapshot} onPeople={() => toggle('people')} />
      <main className="meeting-stage">
        <Stage snapshot={snapshot} actions={actions} layout={layout} />
        <Banners
          snapshot={snapshot}
          actions={actions}
          withLobby={panel !== 'people'}
          onPeople={() => setPanel('people')}
        />
        <AudioOutput others={snapshot.others} speakerId={preferences.speakerId} />
      </main>
      {panel === 'chat' && <ChatPanel snapshot={snapshot} actions={actions} onClose={close} />}
      {panel === 'people' && <PeoplePanel snapshot={snapshot} actions={actions} onClose={close} />}
      {panel === 'settings' && (
        <SettingsPanel
          snapshot={snapshot}
          actions={actions}
          layout={layout}
          onLayout={setLayout}
          preferences={preferences}
          onPreferences={remember}
          onClose={close}
        />
      )}
      <ControlBar snapshot={snapshot} actions={actions} panel={panel} unread={unread} onToggle={toggle} />
      <Announcer snapshot={snapshot} />
    </div>
  );
}
