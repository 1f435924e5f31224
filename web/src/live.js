// One event stream for each browser and user, whatever the number of tabs: the tab that holds the lock
// listens and tells the others. Without locks (old browser, plain http) the slow poll still works.
const { events, user = '' } = document.body.dataset;
const name = `queue-${user}`;

if (events && navigator.locks && 'BroadcastChannel' in window) {
  const bus = new BroadcastChannel(name);
  const tell = () => document.body.dispatchEvent(new CustomEvent('queue-changed'));
  bus.onmessage = tell;
  navigator.locks.request(name, () => new Promise(() => {
    const stream = new EventSource(events);
    stream.addEventListener('queue', () => { bus.postMessage(1); tell(); });
    document.documentElement.dataset.leader = '';
    tell();
  }));
}
