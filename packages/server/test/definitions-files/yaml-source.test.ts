import { describe, expect, it } from 'vitest';

import { parseYaml, type YamlNode } from '../../src/definitions-files/yaml-source.ts';

function root(text: string): YamlNode {
  const source = parseYaml('f.yaml', text);
  if (!source.ok) throw new Error(source.error.map((d) => d.message).join('\n'));
  const [first] = source.value.documents;
  if (first === undefined) throw new Error('empty');
  return first;
}

/** The character of the file that every character of the value points at. */
function pointedAt(text: string): [string, string] {
  const node = root(text).entry('k')!.node;
  const value = node.scalar() as string;
  const lines = text.split('\n');
  let found = '';
  let [line, column] = [1, 1];
  for (const character of value) {
    const place = node.placeInText(line, column);
    found += lines[place.line - 1]![place.column - 1] ?? '\n';
    if (character === '\n') [line, column] = [line + 1, 1];
    else column += 1;
  }
  return [value, found];
}

describe('a character of a value is found in the file', () => {
  it.each([
    ['plain', 'k: in vip and not in lost\n'],
    ['plain over lines', 'k: in vip\n   and not in lost\n   or true\n'],
    ['single quotes', "k: 'in vip and it''s'\n"],
    ['literal block', 'k: |\n  in vip\n  and not in lost\n    or true\n'],
    ['literal block with blank lines', 'k: |-\n\n  in vip\n\n  and x\n'],
    ['folded block', 'k: >\n  in vip\n  and not in lost\n'],
    ['folded block with paragraph', 'k: >-\n  in vip\n\n  and not in lost\n'],
    ['double quotes', 'k: "in vip and true"\n'],
    ['double quotes over lines', 'k: "in vip\n   and true"\n'],
    ['deep', 'a: 1\nk:   in vip\nz: 2\n'],
  ])('%s', (_name, text) => {
    const [value, found] = pointedAt(text);
    // A fold shows a line break in the file where the value has a space.
    const same = Array.from(value).every(
      (c, i) => found[i] === c || ((c === ' ' || c === '\n') && /\s/.test(found[i] ?? '\n')),
    );
    expect({ value, found, same }).toMatchObject({ same: true });
  });

  it('through escapes', () => {
    const node = root('k: "did \\"A\\" and x"').entry('k')!.node;
    expect(node.scalar()).toBe('did "A" and x');
    expect(node.placeInText(1, 5)).toEqual({ line: 1, column: 9 });
    expect(node.placeInText(1, 7)).toEqual({ line: 1, column: 12 });
    expect(node.placeInText(1, 13)).toEqual({ line: 1, column: 19 });
  });
});

describe('a file', () => {
  it('has documents, leaving out empty ones', () => {
    const source = parseYaml('f', 'a: 1\n---\n# only a comment\n---\nb: 2\n');
    expect(source.ok && source.value.documents.map((d) => d.value())).toEqual([{ a: 1 }, { b: 2 }]);
    expect(source.ok && source.value.documents[1]!.entry('b')!.keyPlace).toEqual({ line: 5, column: 1 });
  });

  it('that is not YAML is refused with its place', () => {
    const source = parseYaml('f', 'a: 1\nb: [1, 2\nc: 3\n');
    expect(source.ok ? [] : source.error[0]).toMatchObject({ file: 'f', code: 'yaml/syntax', line: 3 });
    const twice = parseYaml('f', 'a: 1\na: 2\n');
    expect(twice.ok ? [] : twice.error[0]).toMatchObject({ line: 2, column: 1 });
  });

  it.each([
    ['too deep', 'a: ' + '['.repeat(20_000)],
    ['an alias of nothing', 'a: *nobody\n'],
    [
      'a few lines that stand for billions',
      [
        'a0: &a0 [x]',
        ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
      ].join('\n'),
    ],
  ])('that is %s is refused, not fatal', (_name, text) => {
    const source = parseYaml('f', text);
    expect(source.ok ? [] : source.error[0]).toMatchObject({ code: 'yaml/syntax', line: 1 });
  });

  it('may be JSON, or use aliases', () => {
    expect(root('{"a": [1, {"b": null}]}').value()).toEqual({ a: [1, { b: null }] });
    const aliased = root('x: &r in vip\ny: *r\n');
    expect(aliased.entry('y')!.node.text()).toBe('in vip');
    expect(aliased.value()).toEqual({ x: 'in vip', y: 'in vip' });
  });

  it('keeps what stands in it for texts that look like something else', () => {
    expect(root('a: true\n').entry('a')!.node.text()).toBe('true');
    expect(root('a: 007\n').entry('a')!.node.text()).toBe('007');
  });
});
