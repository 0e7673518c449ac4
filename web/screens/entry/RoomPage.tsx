import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { painted } from '../../lib/painted.ts';
import { readPreferences, savePreferences } from '../../lib/preferences.ts';
import { useStore } from '../../lib/useStore.ts';
import type { Door } from '../../model/Door.ts';
import { theEffects } from '../../model/effects/theEffects.ts';
import type { Meeting } from '../../model/Meeting.ts';
import { onDemand } from '../../model/onDemand.ts';
import { PreviewDevices } from '../../model/PreviewDevices.ts';
import { EndedPage } from './EndedPage.tsx';
import { FullPage } from './FullPage.tsx';
import { HandedPage } from './HandedPage.tsx';
import { LobbyPage } from './LobbyPage.tsx';
import { PasswordPage } from './PasswordPage.tsx';
import { PreJoinPage } from './PreJoinPage.tsx';
import { RefusedPage } from './RefusedPage.tsx';
import { useEntry } from './useEntry.ts';
import { WaitPage } from './WaitPage.tsx';

const loadMeeting = () => onDemand(() => import('../meeting/MeetingScreen.tsx'));
const MeetingScreen = lazy(async () => ({ default: (await loadMeeting()).MeetingScreen }));

interface RoomPageProps {
  door: Door;
  onHome: () => void;
}

export function RoomPage({ door, onHome }: RoomPageProps) {
  const t = useT();
  const { entry, enter, givePassword, answerHanded, back } = useEntry(door);
  const preview = usePreview(door, entry.step);
  const devices = useStore(preview);

  /** Brings what the meeting needs while the person still writes their name. */
  const warmUp = useCallback(() => {
    door.warmUp();
    loadMeeting().catch((error: unknown) => console.warn('the meeting is not loaded yet', error));
  }, [door]);

  const enterAs = (name: string) => {
    warmUp();
    savePreferences({ name, cameraOn: devices.camera.wanted, microphoneOn: devices.microphone.wanted });
    enter({
      name,
      password: null,
      cameraOn: devices.camera.wanted,
      microphoneOn: devices.microphone.wanted,
      takeTracks: () => preview.takeTracks(),
    });
  };

  // After a reload the person is still in the meeting, and nothing is asked.
  const [formerStay] = useState(door.formerStay);
  const [returned, setReturned] = useState(false);
  const returning = formerStay !== null && door.formerStay !== null && !returned;
  useEffect(() => {
    if (formerStay !== null) warmUp();
  }, [formerStay, warmUp]);
  useEffect(() => {
    if (entry.step !== 'choosing' || !returning) return;
    setReturned(true);
    enterAs(formerStay.name);
  });

  switch (entry.step) {
    case 'preparing':
      return <WaitPage text={t('entry:looking')} />;
    case 'handed':
      return <HandedPage name={entry.name} onAnswer={answerHanded} />;
    case 'choosing':
      if (returning) return <WaitPage text={t('entry:returning')} />;
      return (
        <PreJoinPage
          account={door.account}
          preview={preview}
          problem={entry.problem}
          onEnter={enterAs}
          onIntent={warmUp}
          onHome={onHome}
        />
      );
    case 'entering':
      return <WaitPage text={t('entry:joining')} />;
    case 'waiting':
      return <FullPage problem={entry.problem} onBack={back} />;
    case 'password':
      return <PasswordPage wrong={entry.wrong} onPassword={givePassword} onBack={back} />;
    case 'lobby':
      return <LobbyPage preview={preview} denied={entry.denied} onBack={back} />;
    case 'meeting':
      return (
        <Suspense fallback={<WaitPage text={t('entry:joining')} />}>
          <ShownPlace meeting={entry.meeting} />
        </Suspense>
      );
    case 'ended':
      return <EndedPage reason={entry.reason} onAgain={back} onHome={onHome} />;
    case 'refused':
      return <RefusedPage account={door.account} code={entry.code} onAgain={back} onHome={onHome} />;
  }
}

/** The main room and each breakout room have a screen of their own. */
function ShownPlace({ meeting }: { meeting: Meeting }) {
  const { placeId } = useStore(meeting);
  return <MeetingScreen key={placeId} meeting={meeting} />;
}

/** The devices run from the choice until the meeting takes them over, and stop when the person turns away. */
function usePreview(door: Door, step: string): PreviewDevices {
  const [preview] = useState(() => {
    const saved = readPreferences();
    const { cameraOn, microphoneOn } = door.formerStay ?? saved;
    const choices = {
      camera: { wanted: cameraOn, deviceId: saved.cameraId },
      microphone: { wanted: microphoneOn, deviceId: saved.microphoneId },
    };
    return new PreviewDevices(choices, theEffects);
  });
  const running = ['choosing', 'entering', 'waiting', 'password', 'lobby'].includes(step);
  useEffect(() => {
    if (!running) return;
    // The form first: opening devices keeps the browser busy.
    preview.start(painted());
    return () => preview.stop();
  }, [running, preview]);
  return preview;
}
