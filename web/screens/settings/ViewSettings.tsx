import { useEffect, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import type { Layout } from '../stage/tiles.ts';

const LAYOUTS: readonly (readonly [Layout, string])[] = [
  ['auto', 'Automatic'],
  ['grid', 'Everybody equal'],
  ['speaker', 'Who speaks is large'],
];

export function ViewSettings({ layout, onLayout }: { layout: Layout; onLayout: (layout: Layout) => void }) {
  return (
    <section className="panel-section">
      <h3 id="layout-title">Layout</h3>
      <div role="radiogroup" aria-labelledby="layout-title" className="choices">
        {LAYOUTS.map(([value, label]) => (
          <label key={value}>
            <input type="radio" name="layout" checked={layout === value} onChange={() => onLayout(value)} />
            {label}
          </label>
        ))}
      </div>
      {document.fullscreenEnabled && <FullScreenButton />}
    </section>
  );
}

function FullScreenButton() {
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const update = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);
  const toggle = () => {
    const change = full ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    change.catch((reason: unknown) => console.warn('the browser keeps the window as it is', reason));
  };
  return <Button onClick={toggle}>{full ? 'Leave full screen' : 'Full screen'}</Button>;
}
