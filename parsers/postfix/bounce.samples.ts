import type { Sample } from '../../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'postfix/bounce',
    text: '17CCA8044: sender non-delivery notification: ADD2F8052',
    events: [{ kind: 'notification', queueId: '17CCA8044', notificationQueueId: 'ADD2F8052', about: 'bounce' }],
    source: 'bounce_notify_service.c',
  },
  {
    tag: 'postfix/defer',
    text: '264FE1A18: sender delay notification: 0A87A1A08',
    events: [{ kind: 'notification', queueId: '264FE1A18', notificationQueueId: '0A87A1A08', about: 'delay' }],
    source: 'bounce_warn_service.c',
  },
  {
    tag: 'postfix/trace',
    text: '65AFB8B5: sender delivery status notification: 1DF35917',
    events: [{ kind: 'notification', queueId: '65AFB8B5', notificationQueueId: '1DF35917', about: 'success' }],
    source: 'bounce_trace_service.c',
  },
  {
    tag: 'postfix/bounce',
    text: '482E4404AC8: postmaster non-delivery notification: 47335405A44',
    events: [{ kind: 'notification', queueId: '482E4404AC8', notificationQueueId: '47335405A44', about: 'bounce' }],
    source: 'bounce_notify_service.c',
  },
  {
    tag: 'postfix-out/bounce',
    text: '4jY6bB0VPDzK8b9: postmaster delay notification: 4jY6b202dwzK8br',
    events: [{ kind: 'notification', queueId: '4jY6bB0VPDzK8b9', notificationQueueId: '4jY6b202dwzK8br', about: 'delay' }],
    source: 'bounce_warn_service.c',
  },
  {
    tag: 'postfix/bounce',
    text: '17CCA8045: sender notification failed to a@example.net: queue file write error',
    events: [
      { kind: 'notice', severity: 'warning', text: '17CCA8045: sender notification failed to a@example.net: queue file write error' },
    ],
    source: 'Postfix 3.11',
  },
  {
    tag: 'postfix/bounce',
    text: '17CCA8046: not sending trace/success notification for double-bounce message',
    events: [],
    source: 'bounce_trace_service.c',
  },
  {
    tag: 'postfix/bounce',
    text: 'warning: [built-in]: zero result in delay template conversion of parameter "delay_warning_time_hours"',
    events: [
      {
        kind: 'notice',
        severity: 'warning',
        text: '[built-in]: zero result in delay template conversion of parameter "delay_warning_time_hours"',
      },
    ],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/bounce',
    text: '17CCA8047: some other notification: ADD2F8052',
    events: null,
    source: "not Postfix's",
  },
  {
    tag: 'postfix/bounce',
    text: '17CCA8048: sender notification failed to "x: sender non-delivery notification: AAAAAAAAAA"@example.net',
    events: [
      {
        kind: 'notice',
        severity: 'warning',
        text: '17CCA8048: sender notification failed to "x: sender non-delivery notification: AAAAAAAAAA"@example.net',
      },
    ],
    source: 'attack',
  },
];
