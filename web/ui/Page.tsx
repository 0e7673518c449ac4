import { DirectionProvider } from '@radix-ui/react-direction';
import type { ReactNode } from 'react';
import { useDirection } from '../lib/language.ts';
import { NoticesProvider } from './notices.tsx';
import { TipProvider } from './Tip.tsx';

/** What every page needs around it. */
export function Page({ children }: { children: ReactNode }) {
  return (
    <DirectionProvider dir={useDirection()}>
      <TipProvider>
        <NoticesProvider>{children}</NoticesProvider>
      </TipProvider>
    </DirectionProvider>
  );
}
