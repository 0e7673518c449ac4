import { useEffect, useRef } from 'react';
import './LevelMeter.css';

/** Shows how loud the microphone is, so that people see that it hears them. Draws without re-rendering. */
export function LevelMeter({ track }: { track: MediaStreamTrack | null }) {
  const bar = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    if (!track) return;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 512, smoothingTimeConstant: 0.6 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let shown = 0;
    let frame = requestAnimationFrame(function draw() {
      analyser.getFloatTimeDomainData(samples);
      const level = loudness(samples);
      shown = Math.max(level, shown * 0.9); // Falls slowly: the eye follows.
      bar.current?.style.setProperty('scale', `${shown.toFixed(3)} 1`);
      frame = requestAnimationFrame(draw);
    });
    // Browsers start audio contexts only after the person did something on the page.
    const resume = () => void context.resume();
    resume();
    addEventListener('pointerdown', resume);
    addEventListener('keydown', resume);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('pointerdown', resume);
      removeEventListener('keydown', resume);
      bar.current?.style.setProperty('scale', '0 1');
      void context.close();
    };
  }, [track]);

  return (
    <span className="level-meter" aria-hidden="true">
      <span ref={bar} />
    </span>
  );
}

/** Returns 0 for silence (−60 dBFS and below) … 1 for full scale. */
function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-9);
  return Math.min(1, Math.max(0, (decibels + 60) / 60));
}
