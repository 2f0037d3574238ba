import { describe, expect, it } from 'vitest';

import { formatDefinitions } from '../../src/definitions-files/format-definitions.ts';

function format(text: string): string {
  const formatted = formatDefinitions('f.yaml', text);
  if (!formatted.ok) throw new Error(formatted.error.map((d) => d.message).join('\n'));
  const again = formatDefinitions('f.yaml', formatted.value.text);
  expect(again).toEqual({ ok: true, value: { text: formatted.value.text, changed: [] } });
  return formatted.value.text;
}

const long =
  'did "Order Completed" last 30d and not did "Order Refunded" last 30d and trait.country = "IN" and count("Article Read", last 7d) >= 3';
const longLines = [
  'did "Order Completed" last 30d',
  'and not did "Order Refunded" last 30d',
  'and trait.country = "IN"',
  'and count("Article Read", last 7d) >= 3',
];

describe('formatting definitions', () => {
  const cases: [string, string, string][] = [
    ['plain text stays plain', 'segments:\n  a: count( "A" )>2\n', 'segments:\n  a: count("A") > 2\n'],
    [
      'a comment behind the rule stays',
      'segments:\n  a: count( "A" )>2  # x\n',
      'segments:\n  a: count("A") > 2  # x\n',
    ],
    [
      'single quotes stay',
      "segments:\n  a: 'trait.x=\"it''s\"'\n",
      "segments:\n  a: 'trait.x = \"it''s\"'\n",
    ],
    [
      'double quotes stay',
      'segments:\n  a: "count( \\"A\\" )>2"\n',
      'segments:\n  a: "count(\\"A\\") > 2"\n',
    ],
    [
      'plain text that could not stay plain is quoted',
      'segments:\n  a: \'did "A: b"  and true\'\n',
      'segments:\n  a: \'did "A: b" and true\'\n',
    ],
    [
      'flow maps',
      'segments: { a: \'count( "A" )>2\', b: in  a }\n',
      'segments: { a: \'count("A") > 2\', b: in a }\n',
    ],
    [
      'a map with a rule',
      'segments:\n  a:\n    description: "x"\n    rule: in   b\n',
      'segments:\n  a:\n    description: "x"\n    rule: in b\n',
    ],
    [
      'blocks keep their header',
      'segments:\n  a: | # why\n    in   b\n  c: true\n',
      'segments:\n  a: | # why\n    in b\n  c: true\n',
    ],
    [
      'stages',
      'lifecycles:\n  l:\n    stages:\n      - a: in  b\n      - c:\n',
      'lifecycles:\n  l:\n    stages:\n      - a: in b\n      - c:\n',
    ],
    [
      'definitions before and after each other',
      'lifecycles:\n  l: { stages: [ { a: in  b }, { c: null } ] }\nsegments:\n  b: in  c\n',
      'lifecycles:\n  l: { stages: [ { a: in b }, { c: null } ] }\nsegments:\n  b: in c\n',
    ],
    [
      'documents',
      'segments:\n  a: in  b\n---\nsegments:\n  b: in  c\n',
      'segments:\n  a: in b\n---\nsegments:\n  b: in c\n',
    ],
    ['CRLF', 'segments:\r\n  a: in  b\r\n  # c\r\n', 'segments:\r\n  a: in b\r\n  # c\r\n'],
    [
      'scenarios',
      'definitions:\n  segments: { a: in  b }\nsteps:\n  - define: { segments: { b: in  c } }\n  - define: { segments: { b: in (  } }\n    rejected: x\n',
      'definitions:\n  segments: { a: in b }\nsteps:\n  - define: { segments: { b: in c } }\n  - define: { segments: { b: in (  } }\n    rejected: x\n',
    ],
    [
      'a long rule becomes a block',
      `segments:\n  a: ${long}\n  b: true\n`,
      `segments:\n  a: |-\n    ${longLines.join('\n    ')}\n  b: true\n`,
    ],
    [
      'a comment behind it moves behind the header',
      `segments:\n  a: ${long} # x\n`,
      `segments:\n  a: |- # x\n    ${longLines.join('\n    ')}\n`,
    ],
    [
      'a folded block becomes a literal one',
      `segments:\n  a: >-\n    ${long.replace('and trait', '\n    and trait')}\n  b: true\n`,
      `segments:\n  a: |-\n    ${longLines.join('\n    ')}\n  b: true\n`,
    ],
    [
      'a long rule in a flow map stays on its line',
      `segments: { a: '${long.replace('and not', 'and  not')}' }\n`,
      `segments: { a: '${long}' }\n`,
    ],
  ];
  it.each(cases)('%s', (_name, before, after) => {
    expect(format(before)).toBe(after);
  });

  it('keeps comments inside rules', () => {
    const text = 'segments:\n  a: |-\n    # buyers\n    did "A"\n    # who are not lost\n    and not in b\n';
    expect(format(text)).toBe(text);
  });

  it('fails with the place of a rule that cannot be parsed, or where the file is not YAML', () => {
    const broken = formatDefinitions('f.yaml', 'segments:\n  a: in b\n  c: count( >\n');
    const [first] = broken.ok ? [] : broken.error;
    expect(first).toMatchObject({ file: 'f.yaml', line: 3, column: 13, definition: 'segments.c' });
    expect(formatDefinitions('f.yaml', 'a: [')).toMatchObject({
      ok: false,
      error: [{ code: 'yaml/syntax' }],
    });
  });
});
