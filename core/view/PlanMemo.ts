import type { ParticipantId, TrackId } from '../room/state.ts';
import { Demand } from './Demand.ts';
import type { LiveViewer } from './mediaSteps.ts';
import { type Changes, changesBetween } from './publicationChanges.ts';
import type { Publications } from './publications.ts';
import type { ViewerView } from './view.ts';
import { planViewer, type ViewerPlan } from './viewerPlan.ts';

/**
 * The plans of the viewers of one room, kept from one plan of the room to the next: only those are made again whose
 * view, consumers or tracks changed, or who moved in the order of speakers. Of a viewer's consumers it knows by the
 * viewer's revision.
 */
export class PlanMemo {
  readonly demand = new Demand();
  readonly #plans = new Map<ParticipantId, ViewerPlan>();
  #publications: Publications | null = null;
  #changes: Changes | null = null;
  #made = 0;

  /** How many plans of viewers were made so far, for benchmarks. */
  get made(): number {
    return this.#made;
  }

  /** Begins the next plan of the room. */
  begin(publications: Publications, isViewer: (viewerId: ParticipantId) => boolean): void {
    this.#changes = this.#publications && changesBetween(this.#publications, publications);
    this.#publications = publications;
    for (const viewerId of this.#plans.keys()) if (!isViewer(viewerId)) this.#forget(viewerId);
  }

  /** Call it for each viewer after `begin`. */
  planOf(viewerId: ParticipantId, viewer: LiveViewer, view: ViewerView): ViewerPlan {
    if (!this.#publications) throw new Error('a plan of a viewer belongs to a plan of its room');
    const known = this.#plans.get(viewerId);
    if (known && this.#changes && isSame(known, viewer, view) && !concerns(this.#changes, known, viewerId))
      return known;
    this.#forget(viewerId);
    const plan = planViewer(viewerId, viewer, view, this.#publications);
    this.#made += 1;
    this.#plans.set(viewerId, plan);
    this.demand.add(plan.needs);
    return plan;
  }

  #forget(viewerId: ParticipantId): void {
    const known = this.#plans.get(viewerId);
    if (!known) return;
    this.demand.remove(known.needs);
    this.#plans.delete(viewerId);
  }
}

function isSame(known: ViewerPlan, viewer: LiveViewer, view: ViewerView): boolean {
  return known.viewer === viewer && known.revision === viewer.revision && known.view === view;
}

function concerns(
  changes: Changes,
  { looksAt, looksAtAll, byRank, view }: ViewerPlan,
  viewerId: ParticipantId,
): boolean {
  if (changes.all || changes.publishers.has(viewerId)) return true;
  if (changes.tracks.size > 0 && (looksAtAll || view === null || touches(changes.tracks, looksAt))) return true;
  return changes.ranks && (byRank || view === null);
}

function touches(changed: ReadonlySet<TrackId>, looksAt: ReadonlySet<TrackId>): boolean {
  for (const trackId of changed) if (looksAt.has(trackId)) return true;
  return false;
}
