/** What the app says in English on the overview. */

export const enOverview = {
  'overview.title': 'Overview',
  'overview.about': 'What moves, and what needs you.',
  'overview.customers': 'Customers',
  'overview.events': 'Events today',
  'overview.events.minute': '{n, plural, one {# in the last minute} other {# in the last minute}}',
  'overview.segments': 'Active segments',
  'overview.flows': 'Flows today',
  'overview.flows.hint': 'entries and exits',
  'overview.minutes': 'Events, minute by minute',
  'overview.minutes.label': '{n} events in the last hour, at most {most} in a minute',
  'overview.moves': 'What changed today, and why',
  'overview.moves.because': 'Because of',
  'overview.moves.empty': 'Nobody has moved today',
  'overview.moves.entered': '{n} entered',
  'overview.moves.exited': '{n} left',
  'overview.moves.partial':
    'The history store is away, so only what has happened since you opened this is counted.',
  'overview.matter.intake': 'Nothing is taken at the moment: {message}',
  'overview.matter.silent': '“{source}” has fallen silent: its last message came {ago}.',
  'overview.matter.refused':
    '{n, plural, one {# message was} other {# messages were}} refused as not understood, the last {ago}. They are kept with the reason.',
  'overview.matter.history':
    'The history store is away; questions about the past go unanswered until it is back. Everything else goes on.',
  'overview.matter.rebuilding':
    'History is being made from the log again; until it is done, figures about the past are not whole.',
  'overview.matter.behind':
    'History is {seconds} s behind ({entries} entries); figures about the past are as old.',
  'overview.matter.webhook': 'Nothing is sent to {url} since it failed, {ago}.',
  'overview.matter.building': 'Revision {revision} of the definitions is being built: {share}.',
  'overview.sources': 'Sources',
  'overview.sources.name': 'Source',
  'overview.sources.today': 'Today',
  'overview.sources.last': 'Last message',
  'overview.sources.silent': 'silent',
  'overview.biggest': 'Segments by size',
  'overview.now': 'Just now',
  'overview.now.empty': 'Entries and exits appear here the moment they happen.',
  'overview.attention': 'Needs attention',
  'overview.attention.none': 'Nothing. Everything that came was understood.',
  'overview.begin.title': 'Send the first event',
  'overview.begin.text':
    'Segue speaks Segment’s format: point your tracking code at this address, or send one event from a terminal and watch it arrive.',
} as const;
