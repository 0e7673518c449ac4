import { Check, CircleDashed, Download, Minus, Play, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { saveFile } from '../../lib/saveFile.ts';
import { useStore } from '../../lib/useStore.ts';
import { ConnectionTest, type Probe, type StepResult, toReport } from '../../model/connectionTest/ConnectionTest.ts';
import { ServerProbe } from '../../model/connectionTest/ServerProbe.ts';
import { Button } from '../../ui/Button.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { describeFailure, describeFound } from './describeStep.ts';
import './TestPage.css';

const REPORT = 'everroom-connection-test.json';
const ICONS = { waiting: CircleDashed, running: CircleDashed, passed: Check, failed: X, skipped: Minus } as const;

/** Shows whether a meeting would work here, before an important one. */
export function TestPage({ probe, onHome }: { probe?: Probe; onHome: () => void }) {
  const t = useT();
  const video = useRef<HTMLVideoElement>(null);
  const [server] = useState(() => new ServerProbe(() => video.current));
  const [test] = useState(() => new ConnectionTest(probe ?? server));
  const { running, steps } = useStore(test);
  const done = !running && steps.some(({ state }) => state !== 'waiting');
  const isRehearsing = steps.some(({ name, state }) => name === 'change' && state === 'running');
  useEffect(() => () => void server.close(), [server]);

  const run = async () => {
    await test.run();
    await server.close();
  };

  return (
    <main className="test-page">
      <button type="button" className="prejoin-home" aria-label={t('entry:toHome')} onClick={onHome}>
        <Logo />
      </button>
      <div className="test-card">
        <h1>{t('connection:test.title')}</h1>
        <p>{t('connection:test.lead')}</p>
        <ol className="test-steps" aria-live="polite">
          {steps.map((step) => (
            <TestStep key={step.name} step={step} />
          ))}
        </ol>
        <video ref={video} className={`test-picture${isRehearsing ? ' shown' : ''}`} autoPlay playsInline muted />
        <div className="test-actions">
          <Button variant="primary" icon={Play} disabled={running} onClick={() => void run()}>
            {t(done ? 'connection:test.again' : running ? 'connection:test.running' : 'connection:test.start')}
          </Button>
          {done && (
            <Button icon={Download} onClick={() => saveFile(REPORT, 'application/json', toReport(steps, about()))}>
              {t('connection:test.download')}
            </Button>
          )}
        </div>
      </div>
    </main>
  );
}

function TestStep({ step }: { step: StepResult }) {
  const t = useT();
  const { name, state } = step;
  const Icon = ICONS[state];
  const found = describeFound(step);
  return (
    <li className={`test-step ${state}`}>
      <span className="test-icon">
        {state === 'running' ? <span className="small-spinner" aria-hidden="true" /> : <Icon size={18} />}
      </span>
      <div>
        <strong>{t(`connection:test.step.${name}`)}</strong>
        <span className="visually-hidden">: {t(`connection:test.state.${state}`)}</span>
        {state === 'failed' && <p>{describeFailure(step)}</p>}
        {state === 'skipped' && name === 'turn' && <p>{t('connection:test.noRelay')}</p>}
        {found.length > 0 && <p className="test-numbers">{found.join(' · ')}</p>}
      </div>
    </li>
  );
}

function about(): Record<string, string> {
  return { page: location.origin, at: new Date().toISOString(), browser: navigator.userAgent };
}
