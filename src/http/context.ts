import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';

import type { Graph } from '../model/graph.ts';
import type { Collecting } from '../model/live.ts';
import type { MarkProvider } from '../model/mark.ts';
import type { StoreReader } from '../store/store.ts';

/** A fastify instance whose handlers are typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What `/metrics` sends; `src/metrics` makes it. */
export interface MetricsText {
  text(): Promise<{ contentType: string; body: string }>;
}

/** What the routes read from. */
export interface Context {
  readonly reader: StoreReader;
  readonly collecting: Collecting;
  readonly metrics: MetricsText;
  readonly graphs: readonly Graph[];
  /** Marks besides the store's. */
  readonly marks?: readonly MarkProvider[];
  /** No line for so long is worth telling. */
  readonly silentMinutes: number;
  readonly version: string;
  /** ms since the epoch. */
  readonly clock: () => number;
}
