import { CourierPieces } from './courier-pieces.ts';
import type { Envelope } from './outside.ts';
import { PrefixReader } from './prefix.ts';

export type { Envelope } from './outside.ts';

/** Reads the lines of one stream as who wrote them meant them: without their prefixes, and with what a logger cut in pieces known as such. */
export class EnvelopeReader extends PrefixReader {
  readonly #courier = new CourierPieces();

  override readIn(bytes: Uint8Array, text: string, from: number, to: number, written: number): Envelope | null {
    const envelope = super.readIn(bytes, text, from, to, written);
    if (envelope !== null && this.#courier.isRest(envelope, text, this.textFrom, this.textTo)) {
      // In syslogd's words: nothing more of the line before.
      this.textFrom = -1;
      this.repeated(0);
    }
    return envelope;
  }
}
