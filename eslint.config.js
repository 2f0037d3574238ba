/**
 * Lint rules. The strictest type-checked set, and what keeps the pure packages pure: the compiler already refuses
 * `process`, `fetch` and `console` there (`"types": []`), so only the clock, randomness, locale order and async
 * are left to forbid here.
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Packages whose results are a pure function of their inputs. */
const PURE = ['core', 'testkit'].map((name) => `packages/${name}/src/**/*.ts`);
const TESTS = ['packages/*/test/**/*.ts', 'bench/test/**/*.ts'];

const clock = 'Time and randomness are arguments here: take an instant or a seed from the caller.';
const impure = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clock },
  { selector: 'CallExpression[callee.name="Date"]', message: clock },
  { selector: ':function[async=true], AwaitExpression', message: 'Pure packages are synchronous.' },
];

export default defineConfig(
  { ignores: ['**/node_modules/**', 'out/**', '**/.segue/**', '**/*.js', '**/*.mjs', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
      'no-console': 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 4],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '/(index|mod)\\.ts$', message: 'Import the module itself, not a barrel.' },
            { regex: '\\.test\\.ts$', message: 'Test files are not imported.' },
          ],
        },
      ],
      // `type` for data, `interface` for ports: chosen by meaning.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, allowDefaultCaseForExhaustiveSwitch: true },
      ],
      '@typescript-eslint/strict-boolean-expressions': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // It asks for `!`, which is forbidden; `as number` after a bounds check is deliberate in hot code.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Isolated declarations need the annotations that these two would remove.
      '@typescript-eslint/no-inferrable-types': 'off',
      '@typescript-eslint/consistent-generic-constructors': 'off',
      // Indexed loops are deliberate in hot code.
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-syntax': ['error', ...impure],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: clock },
        { object: 'Math', property: 'random', message: clock },
        { property: 'localeCompare', message: 'Order by code point: `compareStrings` of base/order.ts.' },
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
