import type { Graph } from '../../src/model/graph.ts';
import { bounces } from './bounces.ts';
import { deferrals } from './deferrals.ts';
import { delayPhases } from './delay-phases.ts';
import { delays } from './delays.ts';
import { delivered } from './delivered.ts';
import { errors } from './errors.ts';
import { lag } from './lag.ts';
import { lines } from './lines.ts';
import { logins } from './logins.ts';
import { loginsFailed } from './logins-failed.ts';
import { loginsOk } from './logins-ok.ts';
import { loginsTls } from './logins-tls.ts';
import { probe } from './probe.ts';
import { providersBounced } from './providers-bounced.ts';
import { providersDeferred } from './providers-deferred.ts';
import { providersSent } from './providers-sent.ts';
import { queueBytes } from './queue-bytes.ts';
import { queues } from './queues.ts';
import { rejects } from './rejects.ts';
import { scanned } from './scanned.ts';
import { services } from './services.ts';
import { sizes } from './sizes.ts';
import { volume } from './volume.ts';
import { webmail } from './webmail.ts';

/** Every graph, in the order of the page: each section shows its own of them. */
export const GRAPHS: readonly Graph[] = [
  delivered,
  volume,
  errors,
  rejects,
  queues,
  delays,
  delayPhases,
  queueBytes,
  logins,
  webmail,
  loginsOk,
  loginsFailed,
  loginsTls,
  sizes,
  scanned,
  bounces,
  deferrals,
  providersSent,
  providersDeferred,
  providersBounced,
  services,
  probe,
  lines,
  lag,
];
