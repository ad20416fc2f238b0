import type { AlertRule } from './alert.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Given = Pick<AlertRule, 'name' | 'expression' | 'threshold'> & Partial<AlertRule>;
const rule = (given: Given): AlertRule => ({ holdFor: 0, keepFiringFor: 10 * MINUTE, severity: 'warning', labels: {}, ...given });
const above = (value: number, resolveAt = value): AlertRule['threshold'] => ({ is: 'above', value, resolveAt });
const below = (value: number, resolveAt = value): AlertRule['threshold'] => ({ is: 'below', value, resolveAt });

/** What is watched without any configuration. The example configuration says how to change them. */
export const DEFAULT_RULES: readonly AlertRule[] = [
  rule({
    name: 'queue_age',
    expression: { type: 'value', series: 'queue_oldest_seconds', where: { queue: ['deferred'] }, over: 10 * MINUTE },
    threshold: above(3600, 2700),
    holdFor: 5 * MINUTE,
  }),
  rule({
    name: 'queue_deferred',
    expression: { type: 'value', series: 'queue_messages', where: { queue: ['deferred'] }, over: 10 * MINUTE },
    threshold: above(100, 80),
    holdFor: 5 * MINUTE,
  }),
  rule({
    name: 'bounce_share',
    expression: { type: 'share', series: 'bounced', where: {}, of: ['bounced', 'sent', 'delivered'], over: 6 * HOUR, atLeast: 50 },
    threshold: above(0.05, 0.04),
    holdFor: 5 * MINUTE,
  }),
  rule({
    name: 'virus_surge',
    expression: { type: 'change', series: 'virus', where: {}, over: HOUR, atLeast: 10 },
    threshold: above(5, 3),
    holdFor: 5 * MINUTE,
  }),
  rule({
    name: 'spam_surge',
    expression: { type: 'change', series: 'spam', where: {}, over: HOUR, atLeast: 50 },
    threshold: above(3, 2),
    holdFor: 10 * MINUTE,
  }),
  rule({
    name: 'nothing_received',
    expression: { type: 'change', series: 'received', where: {}, over: HOUR, atLeast: 10 },
    // A hundredth of the usual: of a large server one straggler does not hide the outage.
    threshold: below(0.01),
    holdFor: 5 * MINUTE,
    keepFiringFor: 0,
    severity: 'critical',
  }),
  rule({
    name: 'no_log_lines',
    expression: { type: 'no_data', series: 'log_lines', where: {}, over: 30 * MINUTE },
    threshold: below(1),
    keepFiringFor: 0,
    severity: 'critical',
  }),
  rule({
    name: 'lines_not_understood',
    expression: { type: 'share', series: 'log_lines', where: { result: ['unknown'] }, of: ['log_lines'], over: 2 * HOUR, atLeast: 100 },
    threshold: above(0.1, 0.05),
    holdFor: 10 * MINUTE,
    severity: 'info',
  }),
  rule({
    name: 'login_failures_account',
    expression: { type: 'value', series: 'login', where: { result: ['failed'] }, over: 15 * MINUTE },
    each: 'user',
    threshold: above(30, 10),
  }),
  rule({
    name: 'login_failures_network',
    expression: { type: 'value', series: 'login', where: { result: ['failed'] }, over: 15 * MINUTE },
    each: 'network',
    threshold: above(100, 30),
  }),
  rule({
    name: 'account_sending',
    expression: { type: 'change', series: 'received', where: { via: ['submission'] }, over: HOUR, atLeast: 100 },
    each: 'user',
    threshold: above(5, 3),
    severity: 'critical',
  }),
  rule({
    name: 'probe_failed',
    // Where no probe is configured there is no figure, and the rule is quiet.
    expression: { type: 'value', series: 'probe_success', where: {}, over: 30 * MINUTE },
    threshold: below(1),
    holdFor: 7 * MINUTE,
    keepFiringFor: 0,
    severity: 'critical',
  }),
  rule({
    name: 'service_down',
    // The newest sample counts. One that is older than an hour is of a service that nobody looks at any more.
    expression: { type: 'value', series: 'service_up', where: {}, over: HOUR },
    each: 'service',
    threshold: below(1),
    holdFor: 2 * MINUTE,
    keepFiringFor: 0,
    severity: 'critical',
  }),
  rule({
    name: 'source_failing',
    expression: { type: 'sources' },
    threshold: above(0),
    holdFor: 2 * MINUTE,
    keepFiringFor: 0,
    severity: 'critical',
  }),
  rule({ name: 'disk_full', expression: { type: 'disk' }, threshold: above(0.9, 0.88), holdFor: 5 * MINUTE, severity: 'critical' }),
];
