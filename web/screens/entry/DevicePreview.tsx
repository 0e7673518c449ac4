import { Mic, MicOff, Video, VideoOff } from 'lucide-react';
import { useCallback, useEffect, useRef } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { useStore } from '../../lib/useStore.ts';
import { facingOf } from '../../model/facing.ts';
import type { InputKind } from '../../model/inputAccess.ts';
import { describeMediaProblem } from '../../model/mediaProblem.ts';
import type { PreviewDevices, PreviewSnapshot } from '../../model/PreviewDevices.ts';
import { type PermissionHelp, permissionHelpFor } from '../../model/permissionHelp.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button, TippedButton } from '../../ui/Button.tsx';
import { FlipButton, FlipCamera } from '../devices/FlipButton.tsx';
import { MicrophoneHints } from '../devices/MicrophoneHints.tsx';
import { useMicrophoneHint } from '../devices/useMicrophoneHint.ts';
import { LevelMeter } from '../media/LevelMeter.tsx';
import '../media/MediaVideo.css';
import './DevicePreview.css';

/** Shows how others will see and hear this person, with the two switches for it. */
export function DevicePreview({ preview, name }: { preview: PreviewDevices; name: string }) {
  const t = useT();
  const devices = useStore(preview);
  const { camera, microphone } = devices;
  const problem = problemText(devices);
  const helps = helpsFor(devices);
  const flip = useCallback(() => preview.flip(), [preview]);
  const hint = useMicrophoneHint(microphone.track);
  const suppress = devices.effects.noise.wanted ? null : () => preview.effects.want('noise', true);

  return (
    <section className="preview" aria-label={t('entry:devices')}>
      <div className="preview-picture">
        {camera.track && camera.sent ? (
          <SelfVideo track={camera.sent} mirrored={facingOf(camera.track) !== 'environment'} />
        ) : (
          <PicturePlace name={name} starting={camera.starting} />
        )}
        <div className="preview-switches">
          <InputSwitch preview={preview} kind="microphone" />
          <InputSwitch preview={preview} kind="camera" />
        </div>
        {camera.track && (
          <FlipCamera value={flip}>
            <FlipButton />
          </FlipCamera>
        )}
        {microphone.sent && (
          <div className="preview-level">
            <LevelMeter track={microphone.sent} />
          </div>
        )}
      </div>
      <MicrophoneHints hint={hint} onUnmute={null} onSuppress={suppress} />
      {problem && (
        <div className="preview-problem" role="alert">
          <div className="preview-problem-text">
            <p>{problem}</p>
            {helps.map((help) => (
              <p key={help}>{t(`devices:help.${help}`)}</p>
            ))}
            {helps.length > 0 && <p>{t('devices:without')}</p>}
          </div>
          <Button onClick={() => preview.start()}>{t('common:tryAgain')}</Button>
        </div>
      )}
    </section>
  );
}

function InputSwitch({ preview, kind }: { preview: PreviewDevices; kind: InputKind }) {
  const t = useT();
  const input = useStore(preview)[kind];
  const on = input.wanted && input.problem === null;
  const Icon = kind === 'camera' ? (on ? Video : VideoOff) : on ? Mic : MicOff;
  const label = on ? t(`devices:${kind}Off`) : t(`devices:${kind}On`);
  return (
    <TippedButton
      label={label}
      className={`round-switch${on ? '' : ' off'}`}
      onClick={() => preview.setWanted(kind, !on)}
    >
      <Icon size={24} />
    </TippedButton>
  );
}

function PicturePlace({ name, starting }: { name: string; starting: boolean }) {
  const t = useT();
  return (
    <div className="preview-place">
      {name.trim() === '' ? <VideoOff size={40} /> : <Avatar id={name} name={name} size={96} />}
      <p>{starting ? t('entry:cameraStarting') : t('entry:cameraOff')}</p>
    </div>
  );
}

function SelfVideo({ track, mirrored }: { track: MediaStreamTrack; mirrored: boolean }) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (element.current) element.current.srcObject = new MediaStream([track]);
  }, [track]);
  return (
    <video ref={element} className={`media-video cover${mirrored ? ' mirrored' : ''}`} autoPlay playsInline muted />
  );
}

/** One text where both inputs have the same problem, since one permission asks for both. */
function problemText({ camera, microphone }: PreviewSnapshot): string | null {
  if (camera.problem !== null && camera.problem === microphone.problem) {
    return describeMediaProblem(camera.problem, 'both');
  }
  const texts = [
    camera.problem && describeMediaProblem(camera.problem, 'camera'),
    microphone.problem && describeMediaProblem(microphone.problem, 'microphone'),
  ].filter((text) => text !== null);
  return texts.length === 0 ? null : texts.join(' ');
}

/** The browser may forbid one input, and the system the other. */
function helpsFor({ camera, microphone }: PreviewSnapshot): PermissionHelp[] {
  const { userAgent, maxTouchPoints } = navigator;
  const helps = [camera, microphone].map(
    ({ problem }) => problem && permissionHelpFor(problem, userAgent, maxTouchPoints),
  );
  return [...new Set(helps)].filter((help) => help !== null);
}
