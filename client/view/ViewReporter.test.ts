import { expect, it } from 'vitest';
import { ViewReporter } from './ViewReporter.ts';

const elementOf = (clientWidth: number, clientHeight: number) => ({ clientWidth, clientHeight }) as Element;

function reporterOf(...tiles: readonly (readonly [trackId: string, element: Element])[]): ViewReporter {
  const reporter = new ViewReporter(() => undefined, { pageSize: 12 });
  for (const [trackId, element] of tiles) reporter.attached(trackId, element);
  reporter.close();
  return reporter;
}

it('a declined track is not shown, wherever it is attached, until it is accepted again', () => {
  const reporter = reporterOf(['a', elementOf(640, 360)], ['b', elementOf(640, 360)]);
  reporter.setDeclined('a', true);
  reporter.setDeclined('a-sound', true);
  expect(reporter.current()).toMatchObject({ tiles: [{ trackId: 'b' }], declined: ['a', 'a-sound'] });
  reporter.setDeclined('a', false);
  reporter.setDeclined('a-sound', false);
  const view = reporter.current();
  expect(view?.tiles.map(({ trackId }) => trackId)).toEqual(['a', 'b']);
  expect(view).not.toHaveProperty('declined');
  reporter.close();
});

it('a limit shrinks large tiles alone, and what is pinned comes no larger', () => {
  const reporter = reporterOf(['large', elementOf(1_280, 720)], ['small', elementOf(160, 90)]);
  reporter.setPinned('large', true);
  reporter.limitHeight(180);
  expect(reporter.current()?.tiles).toEqual([
    { trackId: 'large', width: 320, height: 180, pinned: false },
    { trackId: 'small', width: 160, height: 90, pinned: false },
  ]);
  reporter.limitHeight(null);
  expect(reporter.current()?.tiles).toContainEqual({ trackId: 'large', width: 1_280, height: 720, pinned: true });
  reporter.close();
});

it('a limit of nothing asks for no picture, shown or about to be, even before anything was measured', () => {
  const reporter = reporterOf();
  reporter.limitHeight(0);
  expect(reporter.current()).toEqual({ tiles: [], near: [] });
  reporter.attached('a', elementOf(640, 360));
  reporter.setNear(['b']);
  expect(reporter.current()).toEqual({ tiles: [], near: [] });
  reporter.close();
});
