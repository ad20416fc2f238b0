import type { ServerResponse } from 'node:http';

import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

import type { Collecting, Committed } from '../model/live.ts';
import type { SeriesName } from '../model/series.ts';
import type { App } from './context.ts';
import { problem, problemResponses, sendProblem } from './problem.ts';

const HEARTBEAT = 15_000;
const MOST_READERS = 200;
/** A reader with so many bytes of earlier events unread does not read. It comes back by itself and asks for what it missed. */
const MOST_UNREAD = 64 * 1024;

/** Everybody who watches live. */
export interface LiveStream {
  /** Takes the reply over; sends a problem when there are too many readers. */
  add(reply: FastifyReply): void;
  readonly readers: number;
  close(): void;
}

/** One event: what a batch added to each series, over all labels. Times in seconds. */
export function tickOf(committed: Committed): string {
  const series: Partial<Record<SeriesName, number>> = {};
  for (const { series: name, value } of committed.rollups) series[name] = (series[name] ?? 0) + value;
  return JSON.stringify({
    time: committed.time / 1000,
    newestEvent: committed.newestEvent / 1000,
    lines: committed.lines,
    live: committed.live,
    series,
    queues: committed.queueSamples.map((sample) => ({ ...sample, time: sample.time / 1000 })),
  });
}

/** Server-Sent Events (HTML Living Standard, section 9.2) of every committed batch. `heartbeat` and `mostUnread` are for tests. */
export function liveStream(collecting: Collecting, options: { heartbeat?: number; mostUnread?: number } = {}): LiveStream {
  const { heartbeat = HEARTBEAT, mostUnread = MOST_UNREAD } = options;
  const readers = new Set<ServerResponse>();
  let id = 0;

  const send = (text: string): void => {
    for (const reader of readers) {
      // Not buffered for: the memory of one that sleeps is ours.
      if (reader.writableLength > mostUnread) reader.destroy();
      else reader.write(text);
    }
  };
  const stop = collecting.onCommit((committed) => {
    id++;
    if (readers.size > 0) send(`id: ${id}\nevent: tick\ndata: ${tickOf(committed)}\n\n`);
  });
  const timer = setInterval(send, heartbeat, ': still here\n\n');
  timer.unref();

  return {
    add(reply) {
      if (readers.size >= MOST_READERS) {
        sendProblem(reply, problem(429, 'too_many', 'Too many pages are watching live; try again later.'));
        return;
      }
      const response = reply.raw;
      reply.hijack();
      // What hooks have set on the reply (security headers) is not on the raw response.
      response.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx holds answers back otherwise.
        'x-accel-buffering': 'no',
      });
      response.write('retry: 2000\n\n');
      readers.add(response);
      const forget = (): void => void readers.delete(response);
      response.on('close', forget).on('error', forget);
    },
    get readers() {
      return readers.size;
    },
    close() {
      stop();
      clearInterval(timer);
      for (const reader of readers) {
        // end() alone would leave the connection open as an idle one, and the server waiting for it.
        if (reader.writableLength > 0) reader.destroy();
        else reader.end(() => reader.destroy());
      }
      readers.clear();
    },
  };
}

export function streamRoute(app: App, live: LiveStream): void {
  app.get(
    '/stream',
    {
      // HEAD would open a stream.
      exposeHeadRoute: false,
      compress: false,
      schema: {
        tags: ['Figures'],
        summary: 'Server-Sent Events: a `tick` for every committed batch',
        produces: ['text/event-stream'],
        response: { 200: Type.String({ description: 'Events without end' }), ...problemResponses },
      },
    },
    async (_request, reply) => {
      live.add(reply);
    },
  );
}
