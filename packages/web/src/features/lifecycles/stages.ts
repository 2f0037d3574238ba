/** Stages as a definition has them. */

export type Stage = { readonly name: string; readonly rule: string | undefined };

/** A stage is written `- lost: rule`, or as its name alone: the one for everybody else. */
export function stagesOf(definition: unknown): readonly Stage[] {
  const { stages = [] } = definition as {
    readonly stages?: readonly (string | Readonly<Record<string, unknown>>)[];
  };
  return stages.flatMap((stage) =>
    typeof stage === 'string'
      ? [{ name: stage, rule: undefined }]
      : Object.entries(stage).map(([name, rule]) => ({
          name,
          rule: typeof rule === 'string' && rule !== '' ? rule : undefined,
        })),
  );
}
