/** Whether they did something, or a value with a comparison and what it is compared with. Within `where` the value is a property. */

import { rfmGroups } from '@segue/core/rules/rfm-groups.ts';
import type { CompareOperator, EventSource, Literal, Value } from '@segue/core/rules/tree.ts';
import { ArrowLeftRight } from 'lucide-react';
import { type JSX, type ReactNode, use, useState } from 'react';

import { IconButton } from '../../../design/button.tsx';
import type { TextName } from '../../../texts/en.ts';
import { useTexts } from '../../../texts/use-texts.ts';
import { EventDetails, SourceFields } from './event-form.tsx';
import { GroupedPick, NameField, Pick } from './fields.tsx';
import { FreeField, TypedField, ValuesField } from './literal-field.tsx';
import { literalOf, literalText, pathText, textOf, textShown, traitText } from './literal-text.ts';
import { NamesContext } from './names.ts';
import {
  type Asked,
  askedOf,
  type Compared,
  isCompare,
  type Operator,
  operatorOf,
  operatorsOf,
  type Question,
  subjectOf,
  withAsked,
  withOperator,
  withOther,
  withSubject,
} from './questions.ts';
import { type OfferedValues, useTraitValues, useValues } from './seen.ts';
import { Unseen } from './unseen.tsx';
import { SourceContext, useKinds, ValueDetails, ValueForm, ValueLine } from './value-form.tsx';
import { isLiteral, isMeasure } from './values.ts';
import { WindowDetails, WindowForm } from './window-form.tsx';

type Props<Q extends Question = Question> = {
  readonly question: Q;
  readonly onChange: (question: Question) => void;
};
type Did = Extract<Question, { readonly kind: 'did' }>;
type Comparison = Extract<Compared, { readonly kind: 'compare' }>;

export function QuestionForm({ question, onChange }: Props): JSX.Element {
  return question.kind === 'did' ? (
    <DidForm question={question} onChange={onChange} />
  ) : (
    <ComparedForm question={question} onChange={onChange} />
  );
}

function AskedPick({ question, onChange }: Props): JSX.Element {
  const t = useTexts();
  const { kinds, names } = useKinds();
  const isWhere = use(SourceContext) !== undefined;
  const [first, ...rest] = kinds;
  const did: readonly (readonly [Asked, string])[] = isWhere
    ? []
    : [
        ['did', t('rule.measure.did')],
        ['did_not', t('rule.measure.did_not')],
      ];
  return (
    <GroupedPick<Asked>
      label={t('rule.measure')}
      value={askedOf(question)}
      groups={first === undefined ? [] : [[first[0], [...did, ...first[1]]], ...rest]}
      onChange={(asked) => {
        onChange(withAsked(question, asked, names));
      }}
    />
  );
}

function DidForm({ question, onChange }: Props<Did>): JSX.Element {
  const { events, window } = question;
  return (
    <div className="stack tight">
      <div className="row">
        <AskedPick question={question} onChange={onChange} />
        <SourceFields
          source={events.source}
          onChange={(source) => {
            onChange({ ...question, events: { ...events, source } });
          }}
        />
        <WindowForm
          window={window}
          onChange={(chosen) => {
            const { window: _, ...rest } = question;
            onChange(chosen === undefined ? rest : { ...rest, window: chosen });
          }}
        />
      </div>
      <EventDetails
        events={events}
        onChange={(chosen) => {
          onChange({ ...question, events: chosen });
        }}
      />
      <WindowDetails
        window={window}
        onChange={(chosen) => {
          onChange({ ...question, window: chosen });
        }}
      />
    </div>
  );
}

function ComparedForm({ question, onChange }: Props<Compared>): JSX.Element {
  const t = useTexts();
  const names = use(NamesContext);
  const isWhere = use(SourceContext) !== undefined;
  const subject = subjectOf(question);
  const isOther = question.kind === 'compare' && !isLiteral(question.right);
  const putSubject = (value: Value): void => {
    onChange(withSubject(question, value, names));
  };
  return (
    <div className="stack tight">
      <div className="row">
        {isWhere && <span className="quiet">{t('rule.where')}</span>}
        {!(isWhere && subject.kind === 'property') && <AskedPick question={question} onChange={onChange} />}
        <ValueLine value={subject} onChange={putSubject} />
        <OperatorPick question={question} onChange={onChange} />
        {!isOther && <Object question={question} onChange={onChange} />}
        {question.kind === 'compare' && (
          <IconButton
            label={t(isOther ? 'rule.withFixed' : 'rule.withOther')}
            aria-pressed={isOther}
            onClick={() => {
              onChange(withOther(question, !isOther, names));
            }}
          >
            <ArrowLeftRight aria-hidden />
          </IconButton>
        )}
      </div>
      <ValueDetails value={subject} onChange={putSubject} />
      {isOther && <Other question={question} onChange={onChange} />}
      <UnseenValue question={question} onChange={onChange} />
    </div>
  );
}

function Other({ question, onChange }: Props<Comparison>): JSX.Element {
  const t = useTexts();
  return (
    <div className="within">
      <span className="quiet">{t('rule.than')}</span>
      <ValueForm
        value={question.right}
        onChange={(right) => {
          onChange({ ...question, right });
        }}
      />
    </div>
  );
}

const words: Readonly<Record<CompareOperator, TextName>> = {
  '>=': 'rule.op.atLeast',
  '>': 'rule.op.moreThan',
  '=': 'rule.op.is',
  '!=': 'rule.op.isNot',
  '<': 'rule.op.lessThan',
  '<=': 'rule.op.atMost',
};
const wordsOfNumbers: Partial<typeof words> = { '=': 'rule.op.exactly', '!=': 'rule.op.notExactly' };
const wordsOfDates: Partial<typeof words> = {
  '>=': 'rule.op.from',
  '>': 'rule.op.after',
  '<': 'rule.op.before',
  '<=': 'rule.op.until',
};

function OperatorPick({ question, onChange }: Props<Compared>): JSX.Element {
  const t = useTexts();
  const names = use(NamesContext);
  const isDate = question.kind === 'compare' && question.right.kind === 'date';
  const special = isDate ? wordsOfDates : isMeasure(subjectOf(question)) ? wordsOfNumbers : {};
  const wordOf = (operator: Operator): TextName =>
    isCompare(operator) ? (special[operator] ?? words[operator]) : `rule.op.${operator}`;
  return (
    <Pick<Operator>
      label={t('rule.operator')}
      value={operatorOf(question)}
      options={operatorsOf(question).map((operator) => [operator, t(wordOf(operator))])}
      onChange={(operator) => {
        onChange(withOperator(question, operator, names));
      }}
    />
  );
}

/** What it is compared with, where that is fixed. */
function Object({ question, onChange }: Props<Compared>): ReactNode {
  const t = useTexts();
  const [typed, setTyped] = useState('');
  const { suggestions } = useOffered(subjectOf(question), typed);
  const offers = { suggestions, onType: setTyped };
  switch (question.kind) {
    case 'presence':
      return null;
    case 'one_of':
      return (
        <ValuesField
          values={question.values}
          {...offers}
          onChange={(values) => {
            onChange({ ...question, values });
          }}
        />
      );
    case 'text':
      return (
        <NameField
          label={t('rule.value')}
          value={textShown(question.text)}
          {...offers}
          onChange={(text) => {
            onChange({ ...question, text: textOf(text) });
          }}
        />
      );
    case 'compare': {
      const { left, right } = question;
      if (!isLiteral(right)) return null;
      const put = (value: Literal): void => {
        onChange({ ...question, right: value });
      };
      return isMeasure(left) && isMeasure(right) ? (
        <TypedField
          value={right}
          isSigned={left.kind === 'until' || left.kind === 'arithmetic'}
          onChange={put}
        />
      ) : (
        <FreeField value={right} {...offers} onChange={put} />
      );
    }
  }
}

const anyEvent: EventSource = { kind: 'any' };
const noOffers: OfferedValues = { suggestions: [], seen: undefined };

/** The values that have come, or can be, of what is compared. */
function useOffered(subject: Value, typed: string): OfferedValues {
  const source = use(SourceContext) ?? anyEvent;
  const { stages } = use(NamesContext);
  const isData = subject.kind === 'aggregate' && ['top', 'first', 'last'].includes(subject.fn);
  const [from, property] = isData
    ? [subject.events.source, pathText(subject.property)]
    : [source, subject.kind === 'property' ? pathText(subject.path) : ''];
  const values = useValues(from, property, typed);
  const traits = useTraitValues(subject.kind === 'trait' ? traitText(subject.path) : '', typed);
  if (subject.kind === 'trait') return traits;
  if (subject.kind === 'property' || isData) return values;
  if (subject.kind === 'stage') return fixed(stages.get(subject.lifecycle) ?? []);
  return subject.kind === 'rfm' && subject.part === 'group' ? fixed(rfmGroups) : noOffers;
}

function fixed(names: readonly string[]): OfferedValues {
  return { suggestions: names.map((value) => ({ value })), seen: undefined };
}

/** A value that never came may be a slip. */
function UnseenValue({ question, onChange }: Props<Compared>): ReactNode {
  const subject = subjectOf(question);
  const { seen } = useOffered(subject, '');
  if (question.kind !== 'compare' || question.op !== '=' || !isLiteral(question.right)) return null;
  return (
    <Unseen
      text={subject.kind === 'trait' ? 'rule.unseen.traitValue' : 'rule.unseen.value'}
      name={literalText(question.right)}
      seen={seen}
      onTake={(name) => {
        onChange({ ...question, right: literalOf(name) });
      }}
    />
  );
}
