// The staff pages: partial updates, shortcuts, menus, forms that follow their answers.
import 'sheet:staff';
import htmx from 'htmx.org/dist/htmx.esm.js';
import './live.js';
import './menus.js';
import { watchForms } from './fields.js';
import { watchKeys } from './keys.js';

// No unsafe-eval and no injected <style> in the policy.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

watchForms(document);
document.body.addEventListener('htmx:load', (event) => watchForms(event.target));
watchKeys();
document.documentElement.dataset.ready = '';
