import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WantedLayers } from './layers.ts';

describe('WantedLayers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('all layers are sent while no wish is known', () => {
    expect(new WantedLayers(() => undefined).maxLayer).toBe(Number.POSITIVE_INFINITY);
  });

  it('a layer stops only when nobody has wanted it for a while', () => {
    const layers = new WantedLayers(() => undefined);
    layers.want(0);
    vi.advanceTimersByTime(1_000);
    expect(layers.maxLayer).toBe(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(2_000);
    expect(layers.maxLayer).toBe(0);
  });

  it('a layer that is wanted starts at once', () => {
    const layers = new WantedLayers(() => undefined);
    layers.want(-1);
    vi.runAllTimers();
    expect(layers.maxLayer).toBe(-1);
    layers.want(2);
    expect(layers.maxLayer).toBe(2);
  });

  it('a passing wish for fewer layers does not count', () => {
    const applied = vi.fn();
    const layers = new WantedLayers(applied);
    layers.want(2);
    vi.runAllTimers();
    applied.mockClear();
    layers.want(-1);
    vi.advanceTimersByTime(1_000);
    layers.want(2);
    vi.runAllTimers();
    expect(layers.maxLayer).toBe(2);
    expect(applied).not.toHaveBeenCalled();
  });

  it('new media begins with all layers', () => {
    const layers = new WantedLayers(() => undefined);
    layers.want(0);
    vi.runAllTimers();
    layers.reset();
    expect(layers.maxLayer).toBe(Number.POSITIVE_INFINITY);
  });
});
