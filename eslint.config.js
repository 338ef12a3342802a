import { dirname, relative, resolve } from 'node:path'
import prettier from 'eslint-config-prettier'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import importX from 'eslint-plugin-import-x'
import vue from 'eslint-plugin-vue'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const root = import.meta.dirname

/**
 * Files that decide and do nothing else: no input or output, no clock, no randomness; time, ids and the calendar are
 * arguments. Add a file here when it is written that way.
 */
export const pure = [
  'src/statutes/**/*.ts',
  'src/*/model.ts',
  'src/*/transition.ts',
  'src/*/decide.ts',
  'src/*/decide/**/*.ts',
  'src/*/allowed.ts',
  'src/queue/choose-agent.ts',
  'src/queue/news.ts',
  'src/queue/offer.ts',
  'src/referral/normalise.ts',
  'src/referral/numbers.ts',
  'src/referral/other-senses.ts',
  'src/referral/recognise.ts',
  'src/referral/signs.ts',
  'src/referral/surroundings.ts',
  'src/referral/triggers.ts',
  'src/referral/urgent.ts',
  'src/telephony/call-event.ts',
  'src/telephony/call-events.ts',
  'src/telephony/legs.ts',
  'src/telephony/progress-speech.ts',
  'src/telephony/reconcile.ts',
  'src/telephony/ami/backoff.ts',
  'src/telephony/ami/frames.ts',
  'src/work-orders/apply.ts',
  'src/work-orders/clock.ts',
  'src/work-orders/clock-facts.ts',
  'src/work-orders/clocks.ts',
  'src/work-orders/due-words.ts',
  'src/work-orders/elements.ts',
  'src/work-orders/file-kinds.ts',
  'src/work-orders/notices.ts',
  'src/work-orders/number.ts',
  'src/work-orders/procedures.ts',
  'src/work-orders/recused.ts',
  'src/work-orders/redact.ts',
  'src/work-orders/search-words.ts',
  'src/work-orders/staff-notices.ts',
  'src/work-orders/unit-notices.ts',
  'src/work-orders/visibility.ts',
  'src/work-orders/rules/**/*.ts',
]

const sliceOf = (path) => /^src\/([^/]+)\//.exec(path)?.[1]
const isStore = (path) => /\/([\w-]+-)?store\.ts$/.test(path) || /\/store\/.*\.ts$/.test(path)
const isContract = (path) => /\/([\w-]+-)?contract\.ts$/.test(path)
const isPure = (path) => pure.some((pattern) => matches(pattern, path))

/** Packages that compute and touch nothing outside. */
const computing = /^(luxon|chinese-days|typebox|libphonenumber-js)(\/|$)/
/** Parts of base that know the world: time, randomness, keys, the log. */
const worldly = /^src\/base\/(clock|ids|log|pii)\.ts$/

/**
 * Who may import whom. `to` is a path from the checkout's folder, or the name of a package or Node module.
 * The first zone that a file's import breaks gives the message.
 */
const zones = [
  {
    message:
      'The statutes import only each other and types of base: everything else depends on them, never the reverse.',
    broken: (from, to, { typeOnly, isPackage }) =>
      from.startsWith('src/statutes/') &&
      !to.startsWith('src/statutes/') &&
      !(isPackage ? computing.test(to) : to.startsWith('src/base/') && typeOnly),
  },
  {
    message:
      'A pure file decides and does nothing else: what it needs from Node, a package or an impure file is an argument.',
    broken: (from, to, { typeOnly, isPackage }) =>
      isPure(from) &&
      !typeOnly &&
      !(isPackage
        ? computing.test(to)
        : isPure(to) || (to.startsWith('src/base/') && !worldly.test(to)) || isContract(to)),
  },
  {
    message:
      'Telephony and channels never import work orders: they emit typed events, which contacts consume.',
    broken: (from, to) => /^src\/(telephony|channels)\//.test(from) && to.startsWith('src/work-orders/'),
  },
  {
    message: "A slice never imports another slice's store: ask its service, which context.ts passes in.",
    broken: (from, to) => {
      const slice = sliceOf(from)
      return slice !== undefined && slice !== sliceOf(to) && to.startsWith('src/') && isStore(to)
    },
  },
  {
    message: 'Only main.ts reads the composition root; a slice gets what it needs as arguments.',
    broken: (from, to) =>
      // src/composition/ is that root too, split by idea
      !['composition', undefined].includes(sliceOf(from)) && /^src\/(main|context|app)\.ts$/.test(to),
  },
  {
    message: 'Base and db stand under every slice and import none.',
    broken: (from, to) =>
      /^src\/(base|db)\//.test(from) && to.startsWith('src/') && !/^src\/(base|db)\//.test(to),
  },
  {
    message:
      'Imports point inwards, from routes to services to stores: a store or service never imports routes.',
    broken: (from, to) =>
      /^src\/.*\/((\w+-)?service|(\w+-)?store|model)\.ts$/.test(from) && /routes\.ts$/.test(to),
  },
  {
    message: 'Product code imports no tests, services, benchmarks or pages.',
    broken: (from, to) => from.startsWith('src/') && /^(test|services|bench|web)\//.test(to),
  },
  {
    message: 'The pages share with the server the types of contract files and nothing else.',
    broken: (from, to, { typeOnly }) =>
      from.startsWith('web/') && to.startsWith('src/') && !(typeOnly && isContract(to)),
  },
]

function matches(pattern, path) {
  const expression = pattern
    .replace(/[.]/g, '\\.')
    .replace(/\*\*\//g, '@@')
    .replace(/\*/g, '[^/]*')
    .replace(/@@/g, '(?:.*/)?')
  return new RegExp(`^${expression}$`).test(path)
}

/** The dependency rule of the architecture, each zone with its one sentence. */
const imports = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const from = relative(root, context.filename).replaceAll('\\', '/')
    const look = (node, source, typeOnly) => {
      if (typeof source?.value !== 'string') return
      const isPackage = !source.value.startsWith('.')
      const target = isPackage ? source.value : resolve(dirname(context.filename), source.value)
      const to = isPackage ? target : relative(root, target).replaceAll('\\', '/')
      const zone = zones.find(({ broken }) => broken(from, to, { typeOnly, isPackage }))
      if (zone !== undefined) context.report({ node, message: zone.message })
    }
    const onlyTypes = (node) =>
      node.importKind === 'type' ||
      node.exportKind === 'type' ||
      (node.specifiers?.length > 0 && node.specifiers.every(({ importKind }) => importKind === 'type'))
    return {
      ImportDeclaration: (node) => look(node, node.source, onlyTypes(node)),
      ExportNamedDeclaration: (node) => look(node, node.source, onlyTypes(node)),
      ExportAllDeclaration: (node) => look(node, node.source, onlyTypes(node)),
      ImportExpression: (node) => look(node, node.source, false),
    }
  },
}

const now = 'A pure file has no clock: `now` is an argument.'

export default defineConfig(
  { ignores: ['**/dist/', '.hotline/', 'coverage/', 'node_modules/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // a template literal may hold a number
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // what a factory returns closes over its variables and knows no `this`, so its methods may be passed on
      '@typescript-eslint/unbound-method': 'off',
      // `async` states the contract even where today's body happens not to wait
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.vue'],
    plugins: { house: { rules: { imports } }, 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })],
      // without these two the cycle rule reads no TypeScript and finds nothing
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: { 'house/imports': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportAllDeclaration, ExportNamedDeclaration[source]',
          message: 'No barrels: import from the file that defines the name.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config/env.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config/env.ts reads the environment.' },
      ],
    },
  },
  {
    files: pure,
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'A pure file knows no process: what it needs is an argument.' },
        { name: 'performance', message: now },
        { name: 'crypto', message: 'A pure file has no randomness: ids are arguments.' },
        { name: 'fetch', message: 'A pure file has no input or output.' },
        { name: 'setTimeout', message: now },
        { name: 'setInterval', message: now },
        { name: 'console', message: 'A pure file has no input or output.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: now },
        { object: 'Math', property: 'random', message: 'A pure file has no randomness: ids are arguments.' },
        { object: 'process', property: 'env', message: 'Only src/config/env.ts reads the environment.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: now },
        { selector: "CallExpression[callee.name='Date']", message: now },
        {
          selector:
            "CallExpression[callee.object.name='DateTime'][callee.property.name=/^(now|local|utc)$/][arguments.length=0]",
          message: now,
        },
        {
          selector: 'ExportAllDeclaration, ExportNamedDeclaration[source]',
          message: 'No barrels: import from the file that defines the name.',
        },
      ],
    },
  },
  {
    // tests look at what came over the wire, and `any` there is checked by the assertion itself
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['web/**/*.ts', 'web/**/*.vue'],
    // vue-tsc checks the types of single-file components; the typed rules cannot see into them
    extends: [...vue.configs['flat/recommended'], tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { parser: tseslint.parser, projectService: false } },
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
  prettier,
)
