/** The overview for whoever watches it: once a second at most, and nothing where nothing but the time has changed. */

import { ToldStreams, type ToldStreamsOptions } from '../http/told-streams.ts';
import type { Overview, OverviewNow } from './overview.ts';

const everyMs = 1_000;

export type OverviewStreams = ToldStreams<OverviewNow, string>;

export function overviewStreams({
  overview,
  ...rest
}: { readonly overview: Overview } & Pick<
  ToldStreamsOptions<OverviewNow, string>,
  'grants' | 'onFault'
>): OverviewStreams {
  return new ToldStreams({
    ...rest,
    everyMs,
    look: () => overview.now(),
    tell: (now, told) => {
      const essence = essenceOf(now);
      return essence === told ? undefined : { told: essence, data: JSON.stringify(now) };
    },
  });
}

/** All of it but the clock; how far history lags is told by the second. */
function essenceOf({ at: _, history: { state, lagMs }, ...rest }: OverviewNow): string {
  return JSON.stringify([rest, state, Math.floor(lagMs / 1_000)]);
}
