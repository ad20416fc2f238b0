import type { ChannelSettings, ChannelType, Notifier } from '../../model/notifier.ts';
import type { Services } from '../services.ts';
import { alertmanager } from './alertmanager.ts';
import type { MakeNotifier } from '../http/http-notifier.ts';
import { dingtalk } from './dingtalk.ts';
import { email } from './email.ts';
import { feishu } from './feishu.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

export const NOTIFIERS: Readonly<Record<ChannelType, MakeNotifier>> = {
  webhook,
  alertmanager,
  slack,
  dingtalk,
  wecom,
  feishu,
  telegram,
  email,
};

export const makeNotifier = (settings: ChannelSettings, services: Services): Notifier => NOTIFIERS[settings.type](settings, services);
