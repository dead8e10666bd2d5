/** Gives out the most important item first; among equals, the oldest. */
export class Queue {
  #items = [];

  get size() {
    return this.#items.length;
  }

  push(item, priority = 0) {
    if (!Number.isFinite(priority)) throw new TypeError("a priority is a finite number");
    const at = this.#items.findIndex((other) => other.priority < priority);
    this.#items.splice(at < 0 ? this.#items.length : at, 0, { item, priority });
  }

  /** The next item; undefined when there is none. */
  take() {
    return this.#items.shift()?.item;
  }
}
