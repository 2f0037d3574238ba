/**
 * Import directions. Inside core: base <- model, rules <- engine. A definition holds rule trees and a rule speaks of
 * instants, so model and rules know each other's types; no cycle of code joins them. Around core: server and testkit
 * read it, and the command line knows all. Inside server: log and config are the ground, runtime puts all together.
 */
/** A rule: `from` imports nothing of ours but itself and `to`. */
const only = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^packages/${from}` },
  to: { path: '^(packages|bench)/', pathNot: [from, ...to].map((folder) => `^packages/${folder}`) },
});

export default {
  forbidden: [
    {
      name: 'base-imports-nothing',
      comment: 'base is the ground. It may name a type of model (an instant is a number), never its code.',
      severity: 'error',
      from: { path: '^packages/core/src/base/' },
      to: { path: '^packages/', pathNot: '^packages/core/src/base/', dependencyTypesNot: ['type-only'] },
    },
    only(
      'rules-read-base-and-model',
      'core/src/rules/',
      ['core/src/base/', 'core/src/model/'],
      'A rule is text, tree and meaning; it does not know how the engine keeps its answers.',
    ),
    only(
      'model-reads-base-and-rules',
      'core/src/model/',
      ['core/src/base/', 'core/src/rules/'],
      'Inputs and definitions are data; definitions hold rule trees.',
    ),
    only(
      'core-imports-core',
      'core/src/',
      [],
      'core is pure and stands alone: nothing of the server, the command or the test kit.',
    ),
    only('testkit-reads-core', 'testkit/src/', ['core/src/'], 'Generators and oracles are pure too.'),
    only(
      'server-reads-core',
      'server/src/',
      ['core/src/'],
      'The server knows core and nothing above itself.',
    ),
    only(
      'web-reads-core-and-client',
      'web/src/',
      ['core/src/', 'client/src/'],
      'The app asks the service through the client, and reads rules by the code of core.',
    ),
    {
      name: 'features-stand-beside-each-other',
      comment: 'In the web app: design and texts know nothing of data, data nothing of views.',
      severity: 'error',
      from: { path: '^packages/web/src/(design|texts)/' },
      to: { path: '^packages/web/src/(app|data|features)/' },
    },
    only('client-stands-alone', 'client/src/', [], 'The client runs anywhere, with nothing installed.'),
    only(
      'log-reads-core',
      'server/src/log/',
      ['core/src/'],
      'What lies on the disk knows nothing of who writes it.',
    ),
    only(
      'config-reads-files',
      'server/src/config/',
      ['core/src/', 'server/src/definitions-files/'],
      'Settings know nothing of what they set; their file is YAML with places.',
    ),
    {
      name: 'doors-know-ports',
      comment:
        'The runtime puts everything together; what it puts together knows it by its ports (types) alone. Scenarios and the command run it.',
      severity: 'error',
      from: { path: '^packages/server/src/', pathNot: '^packages/server/src/(runtime|scenario)/' },
      to: { path: '^packages/server/src/runtime/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-needs-no-platform',
      comment: 'core and testkit run anywhere: no built-in module of Node.',
      severity: 'error',
      from: { path: '^packages/(core|testkit)/src/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circular',
      comment: 'A cycle means that two modules are one, or that a part of one belongs below both.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nobody imports and that imports nobody is dead.',
      severity: 'error',
      from: { orphan: true, path: '^(packages/[^/]+|bench)/src/', pathNot: ['/main\\.tsx?$'] },
      to: {},
    },
    {
      name: 'no-import-of-tests',
      comment: 'What two tests share belongs into testkit.',
      severity: 'error',
      from: {},
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'src-does-not-import-test',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '^(packages/[^/]+|bench)/test/' },
    },
    {
      name: 'no-barrels',
      comment: 'Import the module itself: a barrel hides where things are and makes cycles.',
      severity: 'error',
      from: {},
      to: { path: '^(packages|bench)/.*/(index|mod)\\.ts$' },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'A package that is imported is declared by the package that imports it.',
      severity: 'error',
      from: { path: '^(packages/[^/]+|bench)/src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules/\\.cache|dist)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
