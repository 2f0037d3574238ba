// Before the first paint, so that nobody who works in the dark sees a flash of light.
(() => {
  try {
    const chosen = localStorage.getItem('segue.theme');
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be refused; then the system decides.
  }
})();
