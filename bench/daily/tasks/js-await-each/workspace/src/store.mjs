/** A slow store. Takes one write at a time. */
export class Store {
  constructor(delay = 1) {
    this.delay = delay;
    this.customers = new Map();
  }

  async save(customer) {
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (this.customers.has(customer.email)) throw new Error(`${customer.email} is there already`);
    this.customers.set(customer.email, customer);
  }
}
