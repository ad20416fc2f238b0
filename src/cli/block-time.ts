import type { BlockTime } from '../../collectors/index.ts';
import { EnvelopeReader } from '../envelope/envelope.ts';

/** Tells the times of one source's blocks; of a block that tells none, the time of the one before. */
export function blockTimes(place: { readonly zone: string; readonly host: string }): BlockTime {
  const reader = new EnvelopeReader(place);
  let time: number | undefined;
  return ({ bytes, written }) => {
    const end = bytes.indexOf(10);
    return (time = reader.read(bytes.toString('latin1', 0, end < 0 ? bytes.length : end), written)?.time ?? time);
  };
}
