import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The dashboards for Grafana, as Grafana imports them. */

const GRAFANA = join(import.meta.dirname, '../../dashboards/grafana');

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: unknown; readonly legendFormat?: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly datasource?: unknown;
  readonly definition?: string;
  readonly query: unknown;
}

export interface Board {
  readonly file: string;
  readonly json: {
    readonly uid?: string;
    readonly editable: boolean;
    readonly panels: readonly Panel[];
    readonly templating: { readonly list: readonly Variable[] };
    readonly annotations: { readonly list: readonly { readonly datasource: unknown; readonly expr: string }[] };
  };
}

export const BOARDS: readonly Board[] = readdirSync(GRAFANA).map((file) => ({
  file,
  json: JSON.parse(readFileSync(join(GRAFANA, file), 'utf8')) as Board['json'],
}));

/** What Grafana puts in for its variables, as for all that there is. */
const filledIn = (expression: string): string =>
  expression
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '5m')
    .replaceAll(/\$(job|instance|host)\b/g, '.+');

/** Of each panel and the annotations, the expressions that Prometheus is asked. */
export function expressionsOf({ json }: Board): { panel: string; expressions: string[] }[] {
  return [
    ...json.panels.flatMap(({ title, targets }) =>
      targets === undefined ? [] : [{ panel: title, expressions: targets.map(({ expr }) => filledIn(expr)) }],
    ),
    { panel: 'annotations', expressions: json.annotations.list.map(({ expr }) => filledIn(expr)) },
  ];
}

/** The metrics that an expression or a variable names. */
export const metricsIn = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:mailgraph|process|nodejs)_\w+/g)].map(([name]) => name);
