import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { startLanguage } from './lib/language.ts';
import { startTheme } from './lib/theme.ts';
import { embedding } from './model/embedding/theFrame.ts';

const root = document.getElementById('root');
void embedding();
if (!root) throw new Error('index.html has no #root');
startTheme();
await startLanguage();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
