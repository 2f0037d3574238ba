/** What the app says in English to whoever writes a segment: builder, versions, SQL, backtests, suggestions, forecasts. */

export const enAuthoring = {
  'rule.unseen.event': 'No event “{name}” has ever come.',
  'rule.unseen.property': 'These events have had no property “{name}”.',
  'rule.unseen.value': 'None of these events has had the value “{name}”.',
  'rule.unseen.trait': 'Nobody has a trait “{name}”.',
  'rule.unseen.traitValue': 'Nobody has the value “{name}”.',
  'rule.nearest': 'Did you mean “{name}”?',

  'template.carts': 'Carts',
  'template.intent': 'About to buy',
  'template.interest': 'Interests',
  'template.value': 'Best customers',
  'template.churn': 'Slipping away',
  'template.rfm': 'RFM groups',
  'template.needsRfm': 'Needs the RFM model “{name}”, which is not in force.',

  'builder.difference': 'What changes',
  'builder.difference.was': 'In force',
  'builder.difference.will': 'After saving',

  'preview.stages': 'By stage',

  'segment.sql': 'SQL',
  'segment.sql.about':
    'Gives the same customers out of the history store as the service says: whom the rule holds for at {at}.',
  'segment.inForce': 'in force',
  'segment.version.removed': 'removed',
  'segment.rollBack': 'Back to this',
  'segment.rollBack.title': '“{name}” back to version {n}?',
  'segment.rollBack.reason': 'Back to version {n}',
  'segment.activity.now': 'As it happens',
  'segment.activity.authors': 'Changes of the rule',
  'segment.time.why': 'Why they came and went',
  'segment.time.entered': 'Entered',
  'segment.time.exited': 'Left',
  'segment.time.nobody': 'Nobody entered or left in this period.',

  'segment.forecast.chart': 'Entries and exits of {name} by time alone, by day',
  'segment.forecast.who': 'Who, and when',
  'segment.forecast.nobody': 'Time alone will bring nobody in or out.',
  'segment.forecast.enters': 'enters',
  'segment.forecast.more': 'Show more',
  'segment.forecast.leaves': 'leaves',

  'segment.backtest': 'Backtest',
  'segment.suggest': 'Suggest',

  'asked.from': 'From',
  'asked.outcome': 'What they do afterwards',
  'asked.within': 'Within',
  'asked.days': '{n, plural, one {# day} other {# days}}',

  'job.waiting': 'waiting',
  'job.running': 'running',
  'job.done': 'done',
  'job.failed': 'failed',
  'job.cancelled': 'stopped',
  'job.cancel': 'Stop',
  'job.resume': 'Go on',
  'job.remove': 'Delete',
  'job.waits': 'It begins when those before it are done.',
  'job.phase.reading': 'Reading history…',
  'job.phase.running': 'Living through the past…',
  'job.phase.explaining': 'Finding out why…',
  'job.left': 'About {n, plural, one {# second} other {# seconds}} left.',

  'backtest.title': 'Try it on the past',
  'backtest.about':
    'The rule lives through the past on a clock of its own, customer by customer, as if it had been in force. Nothing is changed.',
  'backtest.rule': 'Rule to try',
  'backtest.rule.hint': 'Change it, and it is shown beside the rule in force.',
  'backtest.start': 'Run the backtest',
  'backtest.toBuilder': 'Edit with this rule',
  'backtest.empty.title': 'No backtest yet',
  'backtest.empty.text':
    'A backtest says who would have entered and left on which day, and whether those people did something afterwards that others did not.',
  'backtest.found': 'What it found',
  'backtest.earlier': 'Backtest',
  'backtest.period': '{from} to {to}, {n} customers.',
  'backtest.chart': 'Members, entries and exits by day',
  'backtest.draft': 'This rule',
  'backtest.inForce': 'Rule in force',
  'backtest.size': 'Members at the end',
  'backtest.customers': 'Customers who entered',
  'backtest.both':
    'At the end {both, plural, one {# customer is} other {# customers are}} in both, {draft} only by this rule, {against} only by the rule in force.',
  'backtest.afterwards': 'In the {n, plural, one {# day} other {# days}} after they entered',
  'backtest.followed':
    '{n, plural, one {# customer was} other {# customers were}} followed from their first entry on.',
  'backtest.notFollowed':
    '{n, plural, one {# entered} other {# entered}} too late to be followed to the end.',
  'backtest.did': 'Did',
  'backtest.entered': 'Who entered',
  'backtest.others': 'Others at the same time',
  'backtest.difference': 'Difference',
  'backtest.mean': '{measure}, per customer',
  'backtest.interval':
    'Small: where the figure lies in 95 of 100 cases. A coloured difference is more than chance; it need not be because of the segment.',
  'backtest.sample':
    '{n, plural, one {# of those who entered, and why} other {# of those who entered, and why}}',

  'suggest.title': 'Try other numbers',
  'suggest.about':
    'Each number is tried over the past: how many it would have found, and how many of them did what you expect.',
  'suggest.none': 'The rule has no number that could be another.',
  'suggest.number': 'Number',
  'suggest.expects': 'Members are right who',
  'suggest.does': 'do it',
  'suggest.doesNot': 'do not do it',
  'suggest.start': 'Try numbers',
  'suggest.empty.title': 'Nothing tried yet',
  'suggest.empty.text': 'Choose a number of the rule and what its members should do afterwards.',
  'suggest.found': 'What each number would give',
  'suggest.read.does':
    'Other numbers in {condition}. A member is right who did “{outcome}” within {days} days; looked at {looks, plural, one {# time} other {# times}}.',
  'suggest.read.doesNot':
    'Other numbers in {condition}. A member is right who did not do “{outcome}” within {days} days; looked at {looks, plural, one {# time} other {# times}}.',
  'suggest.chart': 'Size, precision and recall by number',
  'suggest.precision': 'Of them, right',
  'suggest.recall': 'Of all right, found',
  'suggest.current': 'now',
  'suggest.knee': 'knee',
  'suggest.take': 'Take',
  'suggest.takeNumber': 'Take {number}',
  'suggest.noKnee': 'No number stands out: more found costs as much everywhere.',
  'suggest.kneeAbout': 'Beyond the knee, finding more costs most in being right.',
} as const;
