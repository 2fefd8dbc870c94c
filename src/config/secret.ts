import { inspect } from 'node:util';

const MASK = '[secret]';

/** A connection string or token. Whatever prints, logs or serialises it gets `[secret]`; only `reveal` gives the value (invariant 9). */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one call that connects with it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
