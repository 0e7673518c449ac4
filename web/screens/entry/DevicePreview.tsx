import { Mic, MicOff, Video, VideoOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useStore } from '../../lib/useStore.ts';
import { describeMediaProblem } from '../../model/mediaProblem.ts';
import type { InputKind, PreviewDevices, PreviewSnapshot } from '../../model/PreviewDevices.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button, TippedButton } from '../../ui/Button.tsx';
import { LevelMeter } from '../media/LevelMeter.tsx';
import '../media/MediaVideo.css';
import './DevicePreview.css';

/** Shows how others will see and hear this person, with the two switches for it. */
export function DevicePreview({ preview, name }: { preview: PreviewDevices; name: string }) {
  const devices = useStore(preview);
  const { camera, microphone } = devices;
  const problem = problemText(devices);

  return (
    <section className="preview" aria-label="Your camera and microphone">
      <div className="preview-picture">
        {camera.track ? <SelfVideo track={camera.track} /> : <PicturePlace name={name} starting={camera.starting} />}
        <div className="preview-switches">
          <InputSwitch preview={preview} kind="microphone" />
          <InputSwitch preview={preview} kind="camera" />
        </div>
        {microphone.track && (
          <div className="preview-level">
            <LevelMeter track={microphone.track} />
          </div>
        )}
      </div>
      {problem && (
        <div className="preview-problem" role="alert">
          <p>{problem}</p>
          <Button onClick={() => preview.start()}>Try again</Button>
        </div>
      )}
    </section>
  );
}

function InputSwitch({ preview, kind }: { preview: PreviewDevices; kind: InputKind }) {
  const input = useStore(preview)[kind];
  const on = input.wanted && input.problem === null;
  const Icon = kind === 'camera' ? (on ? Video : VideoOff) : on ? Mic : MicOff;
  const label = `Turn ${kind} ${on ? 'off' : 'on'}`;
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
  return (
    <div className="preview-place">
      {name.trim() === '' ? <VideoOff size={40} /> : <Avatar id={name} name={name} size={96} />}
      <p>{starting ? 'Camera is starting…' : 'Camera is off'}</p>
    </div>
  );
}

function SelfVideo({ track }: { track: MediaStreamTrack }) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (element.current) element.current.srcObject = new MediaStream([track]);
  }, [track]);
  return <video ref={element} className="media-video cover mirrored" autoPlay playsInline muted />;
}

/** One text where both inputs have the same problem, since one permission asks for both. */
function problemText({ camera, microphone }: PreviewSnapshot): string | null {
  if (camera.problem !== null && camera.problem === microphone.problem) {
    return describeMediaProblem(camera.problem, 'camera and microphone');
  }
  const texts = [
    camera.problem && describeMediaProblem(camera.problem, 'camera'),
    microphone.problem && describeMediaProblem(microphone.problem, 'microphone'),
  ].filter((text) => text !== null);
  return texts.length === 0 ? null : texts.join(' ');
}
