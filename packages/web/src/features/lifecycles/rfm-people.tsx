/** Who is in a cell or group: a few of them, and the rule that says exactly who, to make a segment of. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { previewQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { useTexts, type Words } from '../../texts/use-texts.ts';
import { type RfmPick, ruleOf } from './rfm-cells.ts';

export function RfmPeople({
  pick,
  onClose,
}: {
  readonly pick: RfmPick;
  readonly onClose: () => void;
}): JSX.Element {
  const t = useTexts();
  const rule = ruleOf(pick);
  const found = useQuery(previewQuery(rule));
  return (
    <Dialog
      open
      onClose={onClose}
      title={pickTitle(pick, t)}
      about={t('lifecycles.people.now')}
      footer={<Button onClick={onClose}>{t('settings.done')}</Button>}
    >
      <div className="stack">
        <pre className="rule" tabIndex={0}>
          {rule}
        </pre>
        <Answer of={found} lines={5}>
          {({ size, members }) => (
            <>
              <p className="quiet">{t('rfm.people', { n: size, shown: members.length })}</p>
              <ul className="people">
                {members.map(({ id, displayId }) => (
                  <li key={id}>
                    <Link to="/customers/$identifier" params={{ identifier: displayId }}>
                      {displayId}
                    </Link>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Answer>
      </div>
    </Dialog>
  );
}

export function pickTitle(pick: RfmPick, t: Words): string {
  return pick.kind === 'group'
    ? pick.group
    : t('rfm.cell.title', { recency: pick.recency, frequency: pick.frequency });
}
