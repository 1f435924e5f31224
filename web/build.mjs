// Bundles web/src entries into app/static/dist: hashed names, compressed twins, a manifest for the server.
import { build, context } from 'esbuild';
import { PurgeCSS } from 'purgecss';
import postcss from 'postcss';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import path from 'node:path';

const out = 'app/static/dist';
const watch = process.argv.includes('--watch');
const manifest = {};

// Which templates a sheet serves: what they do not mention is left out of it.
const citizenPages = ['citizen', 'error', 'macros/ui', 'macros/forms', 'macros/report', 'intake/*', 'directory/*', 'public/*']
  .map((name) => `app/templates/${name}.html`);
const sheets = {
  staff: { files: ['@tabler/core/dist/css/tabler.css', 'tokens', 'parts', 'staff', 'print'], content: ['app/templates/**/*.html', 'web/src/*.js'] },
  citizen: { files: ['@tabler/core/dist/css/tabler.css', 'tokens', 'parts', 'citizen', 'print'], content: [...citizenPages, 'web/src/citizen*.js'] }
};

// Readers without a choice follow their device: every dark rule once more, for the media query.
const followDevice = {
  postcssPlugin: 'follow-device',
  Once(root, { atRule }) {
    root.walkRules(/\[data-bs-theme="?dark"?\]/, (rule) => {
      if (rule.parent.type === 'atrule' && /keyframes/.test(rule.parent.name)) return;
      const selectors = rule.selectors.filter((s) => /\[data-bs-theme="?dark"?\]/.test(s) && !/light/.test(s))
        .map((s) => s.replace(/(body|html)?\[data-bs-theme="?dark"?\]/g, ':root:not([data-bs-theme])'));
      if (!selectors.length) return;
      const copy = rule.clone({ selectors });
      rule.after(atRule({ name: 'media', params: '(prefers-color-scheme: dark)', nodes: [copy] }));
    });
  }
};

async function sheet(name) {
  const { files, content } = sheets[name];
  const source = (file) => (file.startsWith('@') ? `node_modules/${file}` : `web/src/${file}.css`);
  // Our own sheets stay whole: a page written tomorrow may use any of their classes.
  const whole = (f, css) => (f.startsWith('@') ? css : `/*! purgecss start ignore */\n${css}\n/*! purgecss end ignore */`);
  const css = (await Promise.all(files.map(async (f) => whole(f, await readFile(source(f), 'utf8'))))).join('\n').replace(/\/\*# sourceMappingURL.*?\*\//g, '');
  const [purged] = await new PurgeCSS().purge({
    content, css: [{ raw: css }], variables: true, keyframes: true, fontFace: true,
    safelist: { standard: ['html', 'body'], greedy: [/data-bs-theme/], variables: [/^--lz/] },
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) || []
  });
  const themed = await postcss([followDevice]).process(purged.css, { from: undefined });
  await mkdir('app/static/dist/.sheets', { recursive: true });
  const file = path.resolve(`app/static/dist/.sheets/${name}.css`);
  await writeFile(file, themed.css);
  return file;
}

// `import 'sheet:staff'` in an entry stands for the purged sheet of that name.
const sheetPlugin = {
  name: 'sheet',
  setup(b) {
    b.onResolve({ filter: /^sheet:/ }, async (args) => ({ path: await sheet(args.path.slice(6)) }));
  }
};

const manifestPlugin = {
  name: 'manifest',
  setup(b) {
    b.onEnd(async ({ metafile }) => {
      if (!metafile) return;
      const bare = (f) => path.relative(out, f);
      for (const [file, made] of Object.entries(metafile.outputs)) {
        if (!made.entryPoint) continue;
        const preload = new Set();
        const walk = (f) => metafile.outputs[f].imports
          .filter((i) => i.kind === 'import-statement' && !preload.has(i.path))
          .forEach((i) => { preload.add(i.path); walk(i.path); });
        walk(file);
        manifest[path.basename(made.entryPoint, '.js')] = {
          js: bare(file), css: made.cssBundle && bare(made.cssBundle), preload: [...preload].map(bare),
          module: b.initialOptions.format === 'esm'
        };
      }
      // Renamed into place, so that the server never reads half of it.
      await writeFile(`${out}/manifest.json.new`, JSON.stringify(manifest, null, 1));
      await rename(`${out}/manifest.json.new`, `${out}/manifest.json`);
    });
  }
};

const shared = {
  outdir: out, bundle: true, minify: !watch, sourcemap: watch, metafile: true, legalComments: 'linked', charset: 'utf8',
  entryNames: '[name]-[hash]', chunkNames: 'c-[hash]', assetNames: 'a-[name]-[hash]', logLevel: 'warning',
  loader: Object.fromEntries(['.woff', '.woff2', '.ttf', '.eot', '.svg', '.png'].map((kind) => [kind, 'file'])),
  plugins: [sheetPlugin, manifestPlugin]
};
const entry = (name) => `web/src/${name}.js`;
const bundles = [
  // Staff: present-day browsers.
  { ...shared, entryPoints: ['staff', 'viewer', 'demo'].map(entry), format: 'esm', splitting: true, target: ['es2022', 'chrome100', 'safari16'] },
  // Citizens: whatever web view the phone has.
  { ...shared, entryPoints: ['citizen', 'sw'].map(entry), format: 'iife', target: ['es2018', 'chrome64', 'safari12'],
    // The old Safari fault in destructuring concerns corner cases not used here.
    supported: { destructuring: true } }
];

async function compress() {
  for (const file of await readdir(out)) {
    if (/\.(js|css|svg)$/.test(file)) await writeFile(`${out}/${file}.gz`, gzipSync(await readFile(`${out}/${file}`), { level: 9 }));
  }
}

async function forget(kept) {
  // Older bundles go only after the new manifest stands: a running server may still name them until then.
  const names = new Set(['manifest.json', ...kept]);
  for (const file of await readdir(out)) {
    const plain = file.replace(/\.gz$/, '').replace(/\.LEGAL\.txt$/, '');
    if (!names.has(plain)) await rm(`${out}/${file}`, { recursive: true, force: true });
  }
}

await mkdir(out, { recursive: true });
if (watch) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  const started = performance.now();
  const made = [];
  for (const options of bundles) made.push(...Object.keys((await build(options)).metafile.outputs).map((f) => path.basename(f)));
  await forget(made);
  await compress();
  const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 12);
  console.log(`web build ${digest} in ${Math.round(performance.now() - started)} ms`);
}
