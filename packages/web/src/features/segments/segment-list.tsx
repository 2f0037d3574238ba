/**
 * All segments with their sizes as they are now, and how they have been these thirty days. Sizes come with the stream, the
 * past of all segments in one answer; only the rows that are seen are drawn, so a thousand are as quick as ten.
 */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, UsersRound } from 'lucide-react';
import { type JSX, useDeferredValue, useMemo, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { type Segment, segmentsQuery } from '../../data/queries.ts';
import { useMay } from '../../data/use-may.ts';
import { Card, Empty, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { SegmentTable } from './list-table.tsx';
import { useSegmentSentence } from './segment-sentence.ts';

export function SegmentList(): JSX.Element {
  const t = useTexts();
  const segments = useQuery(segmentsQuery);
  const mayChange = useMay('marketer');
  const newSegment = mayChange ? (
    <Link to="/segments/new" className="button" data-kind="primary">
      <Plus aria-hidden />
      {t('segments.new')}
    </Link>
  ) : undefined;
  return (
    <View title={t('segments.title')} about={t('segments.about')} actions={newSegment}>
      <Answer of={segments} lines={8}>
        {(all) =>
          all.length === 0 ? (
            <Card>
              <Empty icon={<UsersRound aria-hidden />} title={t('segments.empty.title')}>
                <p>{t('segments.empty.text')}</p>
                {newSegment}
              </Empty>
            </Card>
          ) : (
            <Searched segments={all} />
          )
        }
      </Answer>
    </View>
  );
}

function Searched({ segments }: { readonly segments: readonly Segment[] }): JSX.Element {
  const t = useTexts();
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const sentenceOf = useSegmentSentence();
  const found = useMemo(
    () => segments.filter((segment) => matches(segment, sentenceOf(segment), wanted)),
    [segments, wanted, sentenceOf],
  );
  return (
    <>
      <input
        className="input"
        type="search"
        value={filter}
        aria-label={t('segments.search')}
        placeholder={t('segments.search')}
        onChange={(event) => {
          setFilter(event.target.value);
        }}
      />
      <Card>
        {found.length === 0 ? (
          <p className="quiet">{t('segments.noMatch')}</p>
        ) : (
          <SegmentTable segments={found} />
        )}
      </Card>
    </>
  );
}

function matches({ name }: Segment, sentence: string, wanted: string): boolean {
  return wanted === '' || `${name} ${sentence}`.toLowerCase().includes(wanted);
}
