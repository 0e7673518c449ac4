/** The arithmetic coder of VP8: RFC 6386, section 7. Probabilities are those of a 0, in 256ths. */
const EVEN_CHANCE = 128;
const SMALLEST_RANGE = 128;

/** Past the end it reads zeros. */
export class BoolDecoder {
  readonly #data: Buffer;
  #at = 2;
  /** Two bytes. */
  #value: number;
  #range = 255;
  #shifts = 0;

  constructor(data: Buffer) {
    this.#data = data;
    this.#value = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  }

  flag(): boolean {
    return this.bit(EVEN_CHANCE) === 1;
  }

  /** Most significant bit first. */
  number(bits: number): number {
    let number = 0;
    for (let left = bits; left > 0; left--) number = number * 2 + this.bit(EVEN_CHANCE);
    return number;
  }

  bit(probability: number): 0 | 1 {
    const split = splitOf(this.#range, probability);
    const isSet = this.#value >= split << 8;
    if (isSet) {
      this.#range -= split;
      this.#value -= split << 8;
    } else {
      this.#range = split;
    }
    while (this.#range < SMALLEST_RANGE) this.#shift();
    return isSet ? 1 : 0;
  }

  #shift(): void {
    this.#range <<= 1;
    this.#value <<= 1;
    this.#shifts++;
    if (this.#shifts % 8 === 0) this.#value |= this.#data[this.#at++] ?? 0;
  }
}

export class BoolEncoder {
  readonly #bytes: number[] = [];
  /** 32 bits. */
  #bottom = 0;
  #range = 255;
  /** Shifts until the next byte is whole. */
  #missing = 24;

  /** Most significant bit first. */
  number(number: number, bits: number): void {
    for (let left = bits - 1; left >= 0; left--) this.bit(((number >> left) & 1) === 1 ? 1 : 0, EVEN_CHANCE);
  }

  bit(bit: 0 | 1, probability: number): void {
    const split = splitOf(this.#range, probability);
    if (bit === 1) {
      this.#bottom += split;
      this.#range -= split;
    } else {
      this.#range = split;
    }
    while (this.#range < SMALLEST_RANGE) this.#shift();
  }

  /** All that was put in. */
  finish(): Buffer {
    for (let left = 32; left > 0; left--) this.#shift();
    return Buffer.from(this.#bytes);
  }

  #shift(): void {
    this.#range <<= 1;
    if (this.#bottom >= 2 ** 31) this.#carry();
    this.#bottom = (this.#bottom << 1) >>> 0;
    this.#missing--;
    if (this.#missing > 0) return;
    this.#bytes.push(this.#bottom >>> 24);
    this.#bottom &= 0xffffff;
    this.#missing = 8;
  }

  #carry(): void {
    let at = this.#bytes.length - 1;
    while (this.#bytes[at] === 255) this.#bytes[at--] = 0;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + 1;
  }
}

function splitOf(range: number, probability: number): number {
  return 1 + (((range - 1) * probability) >> 8);
}
