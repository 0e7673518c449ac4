import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { readPreferences, savePreferences } from '../../lib/preferences.ts';
import { usePageAway } from '../../lib/usePageAway.ts';
import { useStore } from '../../lib/useStore.ts';
import { ChatDraft } from '../../model/ChatDraft.ts';
import type { ChatLine, Meeting } from '../../model/Meeting.ts';
import { onDemand } from '../../model/onDemand.ts';
import { refusedControls } from '../../model/refusedControls.ts';
import { useNotices } from '../../ui/notices.tsx';
import { wroteText } from '../alerts/alertsBetween.ts';
import { useAlerts } from '../alerts/useAlerts.ts';
import { BreakoutBanner } from '../breakouts/BreakoutBanner.tsx';
import { ChatPanel } from '../chat/ChatPanel.tsx';
import { FileDrop } from '../chat/files/FileDrop.tsx';
import { useMentions } from '../chat/useMentions.ts';
import { useUnread } from '../chat/useUnread.ts';
import { ControlBar } from '../controls/ControlBar.tsx';
import type { PanelName } from '../controls/panels.ts';
import { useHoldToTalk } from '../controls/useHoldToTalk.ts';
import { useShortcuts } from '../controls/useShortcuts.ts';
import { FlipCamera } from '../devices/FlipButton.tsx';
import { MicrophoneHints } from '../devices/MicrophoneHints.tsx';
import { useDeviceChoice } from '../devices/useDeviceChoice.ts';
import { usePluggedNotices } from '../devices/usePluggedNotices.ts';
import { AudioOutput } from '../media/AudioOutput.tsx';
import { PeoplePanel } from '../people/PeoplePanel.tsx';
import { PollBanner } from '../polls/PollBanner.tsx';
import { RecordingBanner } from '../recording/RecordingBanner.tsx';
import { SettingsPanel } from '../settings/SettingsPanel.tsx';
import { Stage } from '../stage/Stage.tsx';
import { useRoomView } from '../stage/useRoomView.ts';
import { Announcer } from './Announcer.tsx';
import { Banners } from './Banners.tsx';
import { BarePicture } from './BarePicture.tsx';
import { MeetingHeader } from './MeetingHeader.tsx';
import { SmallMeeting } from './SmallMeeting.tsx';
import { usePictureInPicture } from './usePictureInPicture.ts';
import { useWakeLock } from './useWakeLock.ts';
import './MeetingScreen.css';

const loadHelp = () => onDemand(() => import('../help/HelpPanel.tsx'));
const HelpPanel = lazy(async () => ({ default: (await loadHelp()).HelpPanel }));
const PollsPanel = lazy(async () => ({
  default: (await onDemand(() => import('../polls/PollsPanel.tsx'))).PollsPanel,
}));
const BreakoutsPanel = lazy(async () => ({
  default: (await onDemand(() => import('../breakouts/BreakoutsPanel.tsx'))).BreakoutsPanel,
}));
const NotesPanel = lazy(async () => ({
  default: (await onDemand(() => import('../notes/NotesPanel.tsx'))).NotesPanel,
}));

/** The meeting itself. `meeting` holds the state of the room; only how this person looks at it lives here. */
export function MeetingScreen({ meeting }: { meeting: Meeting }) {
  const t = useT();
  const snapshot = useStore(meeting);
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [preferences, setPreferences] = useState(readPreferences);
  const unread = useUnread(snapshot, panel === 'chat');
  const [draft] = useState(() => new ChatDraft({ roomId: snapshot.roomId, placeId: snapshot.placeId }));
  const { attempt, show } = useNotices();
  const { actions } = meeting;
  const picture = usePictureInPicture();
  const isUnseen = usePageAway() && !picture.isOpen && snapshot.ownRecording.step !== 'running';
  const [view, onView] = useRoomView(snapshot.roomId, actions, isUnseen);

  const { notice } = snapshot;
  useEffect(() => {
    if (notice) show(notice.title, notice.advice);
  }, [notice, show]);

  useEffect(() => {
    const before = document.title;
    document.title = `${snapshot.name || t('meeting:untitled')} · Everroom`;
    return () => {
      document.title = before;
    };
  }, [snapshot.name, t]);

  const hasPolls = snapshot.polls.length > 0 || snapshot.self.role === 'host';

  useWakeLock();

  const toggle = (name: PanelName) => setPanel((open) => (open === name ? null : name));
  const close = () => setPanel(null);
  const remember = (change: Partial<typeof preferences>) => {
    savePreferences(change);
    setPreferences((before) => ({ ...before, ...change }));
  };

  const tellMention = useCallback((line: ChatLine) => show(wroteText(line), t('chat:openChat')), [show, t]);
  useMentions(snapshot.chat, snapshot.self.name, panel === 'chat', tellMention);
  useAlerts(snapshot, preferences, panel === 'chat');

  const shareFiles = useCallback(
    (files: readonly File[]) => {
      setPanel('chat');
      void attempt(actions.sendFiles(files));
    },
    [actions, attempt],
  );
  const choice = useDeviceChoice(snapshot.ownDevices, actions, preferences, remember);
  usePluggedNotices(choice.lists);
  const flip = useCallback(() => attempt(actions.flipCamera()), [attempt, actions]);

  const { singleKeys } = preferences;
  useShortcuts({ meeting, attempt, toggle, close, panel, singleKeys });
  useHoldToTalk(meeting, attempt, singleKeys);

  return (
    <div className={`meeting${panel ? ' with-panel' : ''}`}>
      <MeetingHeader
        snapshot={snapshot}
        actions={actions}
        picture={picture}
        onPeople={() => toggle('people')}
        onHelp={() => toggle('help')}
        onPolls={hasPolls ? () => toggle('polls') : null}
        onNotes={() => toggle('notes')}
      />
      <main className="meeting-stage">
        <FlipCamera value={flip}>
          <Stage snapshot={snapshot} actions={actions} view={view} onView={onView} pinKeys={singleKeys} />
        </FlipCamera>
        <MicrophoneHints
          hint={snapshot.microphoneHint}
          onSuppress={snapshot.effects.noise.wanted ? null : () => actions.setEffect('noise', true)}
          onUnmute={
            refusedControls(snapshot.self).microphone === null ? () => void attempt(actions.setMicrophone(true)) : null
          }
        />
        <Banners
          snapshot={snapshot}
          actions={actions}
          withLobby={panel !== 'people'}
          onPeople={() => setPanel('people')}
        >
          <BreakoutBanner
            snapshot={snapshot}
            actions={actions}
            isShown={panel === 'breakouts'}
            onShow={() => setPanel('breakouts')}
          />
          <RecordingBanner own={snapshot.ownRecording} actions={actions} />
          <PollBanner snapshot={snapshot} isShown={panel === 'polls'} onShow={() => setPanel('polls')} />
        </Banners>
        <AudioOutput others={snapshot.others} speakerId={preferences.speakerId} />
      </main>
      {panel === 'chat' && <ChatPanel snapshot={snapshot} actions={actions} draft={draft} onClose={close} />}
      {panel === 'people' && (
        <PeoplePanel snapshot={snapshot} actions={actions} onBreakouts={() => setPanel('breakouts')} onClose={close} />
      )}
      {panel === 'breakouts' && (
        <Suspense>
          <BreakoutsPanel snapshot={snapshot} actions={actions} onClose={close} />
        </Suspense>
      )}
      {panel === 'notes' && (
        <Suspense>
          <NotesPanel snapshot={snapshot} actions={actions} onClose={close} />
        </Suspense>
      )}
      {panel === 'polls' && (
        <Suspense>
          <PollsPanel snapshot={snapshot} actions={actions} onClose={close} />
        </Suspense>
      )}
      {panel === 'settings' && (
        <SettingsPanel
          snapshot={snapshot}
          actions={actions}
          view={view}
          onView={onView}
          choice={choice}
          preferences={preferences}
          onPreferences={remember}
          onClose={close}
        />
      )}
      {panel === 'help' && (
        <Suspense>
          <HelpPanel
            connection={meeting.connection}
            recoveries={snapshot.recoveries}
            singleKeys={preferences.singleKeys}
            onSingleKeys={(singleKeys) => remember({ singleKeys })}
            onClose={close}
          />
        </Suspense>
      )}
      <ControlBar
        snapshot={snapshot}
        actions={actions}
        choice={choice}
        panel={panel}
        unread={unread}
        onToggle={toggle}
      />
      {picture.window && (
        <SmallMeeting snapshot={snapshot} actions={actions} pins={view.pins} window={picture.window} />
      )}
      {picture.bare && <BarePicture snapshot={snapshot} pins={view.pins} onEnd={picture.close} />}
      <Announcer snapshot={snapshot} />
      <FileDrop
        limits={snapshot.fileLimits}
        allowed={snapshot.forAll.filesAllowed && snapshot.self.grants.chat}
        onFiles={shareFiles}
      />
    </div>
  );
}
