// A diagram with its tokens and its path. What it shows stands in data attributes; the words for it beside it.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer.css';

const MARGIN = 24;
const read = (box, name) => JSON.parse(box.dataset[name] || 'null');

function fit(canvas) {
  canvas.resized();
  const { inner, outer } = canvas.viewbox();
  // fit-viewport cuts labels at the edge, hence a margin of our own; never larger than life.
  const scale = Math.min(1.1, (outer.width - 2 * MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height);
  const width = outer.width / scale;
  const height = outer.height / scale;
  canvas.viewbox({ x: inner.x - (width - inner.width) / 2, y: inner.y - (height - inner.height) / 2, width, height });
}

function mark(viewer, box) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const overlays = viewer.get('overlays');
  const known = (id) => registry.get(id);
  const visited = read(box, 'visited') || {};
  for (const [id, times] of Object.entries(visited)) {
    if (!known(id)) continue;
    canvas.addMarker(id, 'is-visited');
    if (times > 1) overlays.add(id, { position: { bottom: 12, left: -8 }, html: Object.assign(document.createElement('span'), { className: 'times', textContent: `×${times}` }) });
  }
  for (const id of read(box, 'flows') || []) if (known(id)) canvas.addMarker(id, 'is-taken');
  for (const id of read(box, 'active') || []) {
    if (!known(id)) continue;
    canvas.addMarker(id, 'is-active');
    overlays.add(id, { position: { top: -12, right: 12 }, html: Object.assign(document.createElement('span'), { className: 'token' }) });
  }
}

function steer(viewer, box) {
  const canvas = viewer.get('canvas');
  const zoom = (factor) => canvas.zoom(canvas.zoom() * factor);
  const moves = {
    '+': () => zoom(1.2), '=': () => zoom(1.2), '-': () => zoom(1 / 1.2), 0: () => fit(canvas),
    ArrowLeft: () => canvas.scroll({ dx: 60, dy: 0 }), ArrowRight: () => canvas.scroll({ dx: -60, dy: 0 }),
    ArrowUp: () => canvas.scroll({ dx: 0, dy: 60 }), ArrowDown: () => canvas.scroll({ dx: 0, dy: -60 })
  };
  box.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
  for (const button of box.parentElement.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => moves[{ in: '+', out: '-', fit: 0 }[button.dataset.zoom]]());
  }
  new ResizeObserver(() => fit(canvas)).observe(box);
}

async function draw(box) {
  const answer = await fetch(box.dataset.bpmn, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(String(answer.status));
  const viewer = new NavigatedViewer({ container: box });
  await viewer.importXML(await answer.text());
  fit(viewer.get('canvas'));
  mark(viewer, box);
  steer(viewer, box);
  box.dataset.drawn = '';
}

await Promise.all([...document.querySelectorAll('[data-bpmn]')].map((box) => draw(box).catch(() => {
  box.textContent = box.dataset.failed;
  box.classList.add('diagram-failed');
})));
document.documentElement.dataset.viewer = '';
