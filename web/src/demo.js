// The demonstration page: codes copied by a click, the pretending phone read again every few seconds.
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied || button.textContent;
  });
}
document.documentElement.dataset.ready = '';
