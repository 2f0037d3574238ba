/** All segments with their sizes as they are now. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, UsersRound } from 'lucide-react';
import { type JSX, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { rank, type Segment, segmentsQuery, sessionQuery } from '../../data/queries.ts';
import { Card, Empty, View } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

export function SegmentList(): JSX.Element {
  const t = useTexts();
  const segments = useQuery(segmentsQuery);
  const session = useQuery(sessionQuery).data;
  const [filter, setFilter] = useState('');
  const mayChange = session !== undefined && rank(session.role) >= rank('marketer');
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
                <SegmentTable segments={all.filter((segment) => matches(segment, filter))} />
              </Card>
            </>
          )
        }
      </Answer>
    </View>
  );
}

function matches({ name, english }: Segment, filter: string): boolean {
  return `${name} ${english}`.toLowerCase().includes(filter.trim().toLowerCase());
}

function SegmentTable({ segments }: { readonly segments: readonly Segment[] }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  if (segments.length === 0) return <p className="quiet">{t('segments.noMatch')}</p>;
  return (
    <div className="scroll">
      <table className="table">
        <thead>
          <tr>
            <th>{t('segments.name')}</th>
            <th>{t('segments.rule')}</th>
            <th data-align="end">{t('segments.size')}</th>
          </tr>
        </thead>
        <tbody>
          {segments.map(({ name, english, size }) => (
            <tr key={name}>
              <td>
                <Link to="/segments/$name" params={{ name }}>
                  {name}
                </Link>
              </td>
              <td className="quiet">{english}</td>
              <td className="numbers" data-align="end">
                {formats.number(size)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
