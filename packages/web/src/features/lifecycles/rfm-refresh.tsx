/** What scores are measured against, when it was taken, and taking it anew: who would move is shown before they do. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { type JSX, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { useMay } from '../../data/use-may.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Card, Skeleton } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { populationsQuery, type RefreshMoves } from './asked.ts';

export function RfmRefresh(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const populations = useQuery(populationsQuery);
  const mayChange = useMay('marketer');
  const [isAsking, setAsking] = useState(false);
  return (
    <Card
      title={t('population.title')}
      aside={
        mayChange ? (
          <Button
            onClick={() => {
              setAsking(true);
            }}
          >
            <RefreshCw aria-hidden />
            {t('population.refresh')}
          </Button>
        ) : undefined
      }
    >
      <p className="quiet">{t('population.about')}</p>
      <Answer of={populations}>
        {({ items }) => (
          <div className="scroll" tabIndex={0} role="group" aria-label={t('population.title')}>
            <table className="table">
              <thead>
                <tr>
                  <th>{t('population.of')}</th>
                  <th data-align="end">{t('nav.customers')}</th>
                  <th>{t('population.taken')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ of, model, size, at }) => (
                  <tr key={`${model ?? ''} ${of}`}>
                    <td>
                      {of} {model !== undefined && <span className="quiet">{model}</span>}
                    </td>
                    <td className="numbers" data-align="end">
                      {formats.number(size)}
                    </td>
                    <td className="quiet">{at === undefined ? t('settings.never') : formats.instant(at)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answer>
      {isAsking && (
        <Refresh
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </Card>
  );
}

function Refresh({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const queryClient = useQueryClient();
  const moves = useQuery({
    queryKey: ['populations', 'preview'],
    queryFn: ({ signal }) => api.call('previewRefresh', {}, { signal }),
    // Of the moment at which it was asked for.
    staleTime: 0,
    gcTime: 0,
  });
  const refresh = useMutation({
    mutationFn: () => api.call('refreshPopulations', {}),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('population.refresh.title')}
      about={t('population.refresh.about')}
      footer={
        <>
          <Button onClick={onClose}>{t('builder.cancel')}</Button>
          <Button
            kind="primary"
            disabled={moves.data === undefined || refresh.isPending}
            onClick={() => {
              refresh.mutate();
            }}
          >
            {t('population.refresh')}
          </Button>
        </>
      }
    >
      <Refused error={refresh.error} />
      {moves.isFetching ? (
        <Skeleton lines={5} />
      ) : (
        <Answer of={moves}>{(found) => <Moves moves={found} />}</Answer>
      )}
    </Dialog>
  );
}

function Moves({ moves }: { readonly moves: RefreshMoves }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { segments, stages } = moves;
  if (segments.length === 0 && stages.length === 0) return <p>{t('population.nobody')}</p>;
  return (
    <table className="table">
      <thead>
        <tr>
          <th>{t('population.where')}</th>
          <th data-align="end">{t('segment.forecast.entries')}</th>
          <th data-align="end">{t('segment.forecast.exits')}</th>
        </tr>
      </thead>
      <tbody>
        {segments.map(({ segment, entering, leaving, enteringExamples, leavingExamples }) => (
          <tr key={segment}>
            <td>
              {segment}
              <br />
              <small className="quiet">
                {[...enteringExamples, ...leavingExamples].slice(0, 5).join(', ')}
              </small>
            </td>
            <td className="numbers" data-align="end">
              {formats.number(entering)}
            </td>
            <td className="numbers" data-align="end">
              {formats.number(leaving)}
            </td>
          </tr>
        ))}
        {stages.map(({ lifecycle, from, to, size }) => (
          <tr key={`${lifecycle} ${from ?? ''} ${to}`}>
            <td>{t('customer.stage', { lifecycle, from: from ?? t('lifecycles.nobody'), to })}</td>
            <td className="numbers" data-align="end">
              {formats.number(size)}
            </td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
