import compress from '@fastify/compress';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

import { whileWanted } from '../lib/patience.ts';
import type { Alerting } from '../model/alert.ts';
import type { Graph } from '../model/graph.ts';
import type { LineFinder } from '../model/message-lines.ts';
import type { Collecting } from '../model/live.ts';
import type { MarkProvider } from '../model/mark.ts';
import type { StoreReader } from '../store/store.ts';
import { assetRoutes } from './assets.ts';
import type { App, Context, MetricsText } from './context.ts';
import { toJson } from './json.ts';
import { answerError, answerNotFound, answerUnread } from './problem.ts';
import { prepareRequest } from './query.ts';
import { storeProbe } from './readiness.ts';
import type { Language } from '../images/index.ts';
import { accountRoutes } from './routes/accounts.ts';
import { alertRoutes } from './routes/alerts.ts';
import { breakdownRoutes } from './routes/breakdown.ts';
import { graphRoutes } from './routes/graphs.ts';
import { markRoutes } from './routes/marks.ts';
import { messageLineRoutes } from './routes/message-lines.ts';
import { messageRoutes } from './routes/messages.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import { probeRoutes } from './routes/probes.ts';
import { reportRoutes } from './routes/reports.ts';
import { seriesRoutes } from './routes/series.ts';
import { stateRoutes } from './routes/state.ts';
import { healthRoutes, statusRoutes } from './routes/status.ts';
import { asData, hostCheck, securityHeaders } from './security.ts';
import { liveStream, streamRoute } from './stream.ts';

export interface AppOptions {
  readonly reader: StoreReader;
  readonly collecting: Collecting;
  /** Absent: nothing is watched, and the routes of alerts are not there. */
  readonly alerting?: Alerting;
  /** Absent: no log can be looked through. */
  readonly findLines?: LineFinder;
  readonly metrics: MetricsText;
  /** In the order of the page. */
  readonly graphs: readonly Graph[];
  /** Whoever has something to mark on the graphs besides the store: alerts. */
  readonly marks?: readonly MarkProvider[];
  /** Where the page's files are: `dashboards/web`. */
  readonly webDirectory: string;
  /** Origins (`https://extman.example.org`) whose pages may show graphs of ours; none when absent. */
  readonly embedOrigins?: readonly string[];
  /** Of pictures of graphs, unless the address names another. */
  readonly language?: Language;
  /** IANA zone of pictures of graphs, unless the address names another; UTC when absent. */
  readonly zone?: string;
  /** `/readyz`: no line for so many minutes is wrong. */
  readonly silentMinutes: number;
  readonly logger: Logger | false;
  readonly version: string;
  /** ms since the epoch. */
  readonly clock?: () => number;
}

/** The whole HTTP side, listening nowhere yet: `listen` or `inject` is the caller's. `close` ends the live streams, too. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { clock = Date.now } = options;
  const loggerInstance: FastifyBaseLogger | undefined = options.logger || undefined;
  const server = fastify({
    ...(loggerInstance ? { loggerInstance } : { logger: false }),
    // URLs hold addresses that were searched for.
    logController: new LogController({ disableRequestLogging: true }),
    // The longest body is a silence.
    bodyLimit: 16 * 1024,
    requestTimeout: 30_000,
    // Without a byte for so long, whoever asked does not read: the rows of a long answer would stay in memory until it goes. No question takes as long.
    connectionTimeout: 120_000,
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (error, request, reply) => {
      reply.header('x-content-type-options', 'nosniff');
      answerError(error, request, reply);
    },
    clientErrorHandler: answerUnread,
    ajv: { customOptions: { removeAdditional: false, allErrors: true, keywords: ['style', 'explode'] } },
  });
  const app: App = server.withTypeProvider<TypeBoxTypeProvider>();
  // Schemas describe answers; they do not cut them.
  app.setSerializerCompiler(() => toJson);
  app.setReplySerializer(toJson);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  app.addHook('onRequest', hostCheck);
  app.addHook('preValidation', prepareRequest);

  const context: Context = { ...options, clock };
  const probe = storeProbe(options.reader);
  const live = liveStream(options.collecting);
  app.addHook('preClose', () => live.close());

  await securityHeaders(server);
  await app.register(compress, { encodings: ['br', 'gzip'] });
  await openApi(app, options.version);
  healthRoutes(app, context, probe);
  await app.register(
    async (api: App) => {
      api.addHook('onRequest', ({ signal }, _reply, next) => whileWanted(signal, next));
      api.addHook('onSend', async (_request, reply) => {
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
        asData(reply);
      });
      seriesRoutes(api, context);
      breakdownRoutes(api, context);
      messageRoutes(api, context);
      messageLineRoutes(api, context, options.findLines);
      reconcileRoutes(api, context);
      stateRoutes(api, context);
      accountRoutes(api, context);
      markRoutes(api, context);
      statusRoutes(api, context, probe);
      if (options.alerting) alertRoutes(api, context, options.alerting);
      reportRoutes(api, context);
      probeRoutes(api, context);
      streamRoute(api, live);
      api.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  const origins = options.embedOrigins ?? [];
  graphRoutes(app, { ...context, origins, language: options.language ?? 'en', zone: options.zone ?? 'UTC' });
  await assetRoutes(server, options.webDirectory, { graphs: options.graphs, origins, clock });
  await app.ready();
  return server;
}

async function openApi(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'mailgraph-ext',
        version,
        description: 'What a mail system does, from its logs. Errors are RFC 9457 problem details.',
      },
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // The badge would send the address of this service to validator.swagger.io.
    uiConfig: { validatorUrl: null, tryItOutEnabled: true, layout: 'BaseLayout' },
    theme: { title: 'mailgraph-ext API' },
  });
}
