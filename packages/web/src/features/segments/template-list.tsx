/** Rules to begin with, by what they are for. */

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { JSX } from 'react';

import { Card } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { type Template, templateGroups, templates } from './templates.ts';

export function TemplateList({
  definitions,
  onTake,
}: {
  readonly definitions: Definitions;
  readonly onTake: (template: Template) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <Card title={t('builder.templates')}>
      <div className="stack">
        {templateGroups.map((group) => (
          <details key={group} className="template-group" open={group === 'carts'}>
            <summary>{t(`template.${group}`)}</summary>
            <ul className="stack tight">
              {templates
                .filter((template) => template.group === group)
                .map((template) => {
                  const lacks = template.rfm !== undefined && !definitions.rfm.has(template.rfm);
                  return (
                    <li key={template.name}>
                      <button
                        type="button"
                        className="template"
                        disabled={lacks}
                        onClick={() => {
                          onTake(template);
                        }}
                      >
                        <strong>{template.name}</strong>
                        <span className="quiet">{template.description}</span>
                        {lacks && (
                          <span className="quiet">{t('template.needsRfm', { name: template.rfm })}</span>
                        )}
                      </button>
                    </li>
                  );
                })}
            </ul>
          </details>
        ))}
      </div>
    </Card>
  );
}
