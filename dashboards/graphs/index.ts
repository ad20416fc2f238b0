import type { Graph } from '../../src/model/graph.ts';
import { delivered } from './delivered.ts';
import { errors } from './errors.ts';
import { logins } from './logins.ts';
import { queues } from './queues.ts';
import { rejects } from './rejects.ts';
import { volume } from './volume.ts';
import { webmail } from './webmail.ts';

/** Every graph, in the order of the page. */
export const GRAPHS: readonly Graph[] = [delivered, volume, errors, rejects, queues, logins, webmail];
