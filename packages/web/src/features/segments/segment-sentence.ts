/** What a segment is in words, in the language of the person. */

import { useCallback } from 'react';

import type { Segment } from '../../data/queries.ts';
import { useRuleSentence } from '../../texts/use-speech.ts';
import { fieldsOf } from './segment-fields.ts';

/** @param isWanted - see `useSpeech` */
export function useSegmentSentence(
  isWanted = true,
): (segment: Pick<Segment, 'definition' | 'english'>) => string {
  const sentence = useRuleSentence(isWanted);
  return useCallback(({ definition, english }) => sentence(fieldsOf(definition).rule, english), [sentence]);
}
