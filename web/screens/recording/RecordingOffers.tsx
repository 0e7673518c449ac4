import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { onDemand } from '../../model/onDemand.ts';
import { type KeptRecording, listKept, onKeptChanged } from '../../model/recording/keptRecordings.ts';

interface OfferProps {
  recording: KeptRecording;
}

/** Few people come with a recording: the others need not wait for it, and no page fails for it. */
const RecordingOffer = lazy(async (): Promise<{ default: ComponentType<OfferProps> }> => {
  try {
    return { default: (await onDemand(() => import('./RecordingOffer.tsx'))).RecordingOffer };
  } catch (error) {
    console.warn('the kept recordings cannot be shown', error);
    return { default: () => null };
  }
});

/** The recordings that this browser keeps: to save, or to delete. Nothing if there are none. */
export function RecordingOffers() {
  const kept = useKept();
  if (kept.length === 0) return null;
  return (
    <Suspense>
      <ul className="recording-offers">
        {kept.map((recording) => (
          <RecordingOffer key={recording.name} recording={recording} />
        ))}
      </ul>
    </Suspense>
  );
}

function useKept(): readonly KeptRecording[] {
  const [kept, setKept] = useState<readonly KeptRecording[]>([]);
  useEffect(() => {
    let live = true;
    const look = () => {
      listKept().then(
        (found) => {
          if (live) setKept(found);
        },
        (error: unknown) => console.warn('the kept recordings cannot be listed', error),
      );
    };
    look();
    const forget = onKeptChanged(look);
    return () => {
      live = false;
      forget();
    };
  }, []);
  return kept;
}
