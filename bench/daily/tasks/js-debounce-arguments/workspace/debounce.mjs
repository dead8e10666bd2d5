/**
 * Calls `fn` once, `wait` milliseconds after the last of several calls. `cancel()` forgets a call
 * that is due.
 */
export function debounce(fn, wait) {
  let timer = null;
  const debounced = (...args) => {
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      fn(...args);
    }, wait);
  };
  debounced.cancel = () => {
    clearTimeout(timer);
    timer = null;
  };
  return debounced;
}
