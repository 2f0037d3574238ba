/** How diagnostics and files name a definition or a part of one. */

/** The kinds of definitions, as keys of a definitions file. */
export type DefinitionKind = 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';

export const definitionKinds: readonly DefinitionKind[] = [
  'segments',
  'lifecycles',
  'rfm',
  'lists',
  'channels',
];

/** `segments.vip`. */
export function definitionPath(kind: DefinitionKind, name: string): string {
  return `${kind}.${name}`;
}

/** What people call one of a kind. */
export const nounOf: Readonly<Record<DefinitionKind, string>> = {
  segments: 'segment',
  lifecycles: 'lifecycle',
  rfm: 'RFM model',
  lists: 'list',
  channels: 'channel',
};
