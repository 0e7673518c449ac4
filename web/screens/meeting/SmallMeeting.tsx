import { Mic, MicOff, Phone, Video, VideoOff } from 'lucide-react';
import { createPortal } from 'react-dom';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { refusedControls } from '../../model/refusedControls.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { MediaVideo } from '../media/MediaVideo.tsx';
import { PausedPicture, useStandsStill } from '../stage/PausedPicture.tsx';
import { watchedOf } from '../stage/tiles.ts';
import { useSteadySpeaker } from '../stage/useSteadySpeaker.ts';
import './SmallMeeting.css';

interface SmallMeetingProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  pins: readonly string[];
  window: Window;
}

/** The meeting in a small window: what is pinned, shared, or who speaks, and the controls that matter most. */
export function SmallMeeting({ snapshot, actions, pins, window: small }: SmallMeetingProps) {
  const t = useT();
  const { attempt } = useNotices();
  const speakerId = useSteadySpeaker(snapshot);
  const { self } = snapshot;
  const [shown] = watchedOf(snapshot, pins, speakerId);
  const media = shown && (shown.kind === 'screen' ? shown.person.screen : shown.person.camera);
  const away = snapshot.connection !== 'connected';
  const judged = shown?.kind === 'camera' && !shown.person.isSelf && shown.person.connected && !away;
  const [still, watch] = useStandsStill(judged && media !== null && !media?.muted);
  if (!shown) return null;
  const { person, kind } = shown;
  const title = kind === 'screen' ? t('stage:screenOf', { name: person.name }) : person.name;
  const micOn = self.microphone?.muted === false;
  const cameraOn = self.camera?.muted === false;
  const refused = refusedControls(self);
  return createPortal(
    <div className="small-meeting">
      <div className="small-picture">
        {kind === 'camera' && <Avatar id={person.id} name={person.name} size={72} />}
        {media && !media.muted && (
          <MediaVideo
            key={media.trackId}
            media={media}
            label={title}
            mirrored={kind === 'camera' && person.isSelf && !media.rear}
            fit={kind === 'screen' ? 'contain' : 'cover'}
            onElement={watch}
          />
        )}
        {kind === 'camera' && media && !media.muted && (media.interrupted || still) && (
          <PausedPicture person={person} />
        )}
        <p className="small-name">{person.connected && !away ? title : t('stage:reconnecting')}</p>
      </div>
      <div className="small-controls">
        <button
          type="button"
          className={micOn ? '' : 'off'}
          aria-label={micOn ? t('devices:microphoneOff') : t('devices:microphoneOn')}
          disabled={refused.microphone !== null}
          onClick={() => void attempt(actions.setMicrophone(!micOn))}
        >
          {micOn ? <Mic size={20} /> : <MicOff size={20} />}
        </button>
        <button
          type="button"
          className={cameraOn ? '' : 'off'}
          aria-label={cameraOn ? t('devices:cameraOff') : t('devices:cameraOn')}
          disabled={refused.camera !== null}
          onClick={() => void attempt(actions.setCamera(!cameraOn))}
        >
          {cameraOn ? <Video size={20} /> : <VideoOff size={20} />}
        </button>
        <button
          type="button"
          className="leave"
          aria-label={t('controls:leave')}
          onClick={() => void attempt(actions.leave())}
        >
          <Phone size={20} />
        </button>
      </div>
    </div>,
    small.document.body,
  );
}
