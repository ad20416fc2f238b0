import { isIP } from 'node:net';
import Type, { type TRefine, type TString } from 'typebox';
import { DURATION } from '../lib/duration.ts';

/** What the schemas of several options are made of. */

export const path = Type.String({ pattern: '^/', description: 'an absolute path' });
export const duration = Type.String({ pattern: DURATION, description: 'a duration such as 30s, 5m, 12h or 90d' });
export const closed = { additionalProperties: false } as const;

export function checked(check: (value: string) => boolean, description: string): TRefine<TString> {
  return Type.Refine(Type.String({ description }), check);
}

export const isAddress = (text: string): boolean => /^[^\s@<>,;:"()\p{Cc}]{1,64}@[^\s@<>,;:"()\p{Cc}]{1,255}$/u.test(text);

export const HOST_NAME = /^[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9])?$/i;
export const isServer = (text: string): boolean => isIP(text) !== 0 || HOST_NAME.test(text);
