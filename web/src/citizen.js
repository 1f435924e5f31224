// Citizens' pages. They work without this; with it the report survives a lost signal and asks one thing at a time.
// No dependency and no top-level await: this runs in old web views.
import 'sheet:citizen';
import { watchForms } from './fields.js';
import { startReport } from './citizen-report.js';

async function main() {
  watchForms(document);
  const form = document.querySelector('form[data-report]');
  if (form) await startReport(form);
  document.documentElement.dataset.ready = '';
}
main();
