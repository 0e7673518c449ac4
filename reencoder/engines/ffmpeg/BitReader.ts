/** Most significant bit first. @throws RangeError past the end */
export class BitReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  read(bits: number): number {
    let value = 0;
    for (let left = bits; left > 0; left--) {
      const bit = (this.#data.readUInt8(this.#at >> 3) >> (7 - (this.#at & 7))) & 1;
      value = value * 2 + bit;
      this.#at++;
    }
    return value;
  }
}
