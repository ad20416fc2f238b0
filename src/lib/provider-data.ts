/**
 * Mailbox providers and filtering services by their mail exchangers' names and their own domains: the values of the label
 * `provider`. To add one, add a line. A name stands for itself and for all names below it.
 *
 * `mx`: the tail of the host names that the provider's MX records (or its submission hosts) have.
 * `domains`: what stands behind the `@`, for attempts that reached no host. The names of `mx` count there too.
 */
export interface Provider {
  /** The label's value. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly mx: readonly string[];
  readonly domains: readonly string[];
}

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));
const provider = (id: string, name: string, mx: string, domains = ''): Provider => ({ id, name, mx: words(mx), domains: words(domains) });

/** SES names its hosts by region; other names below amazonaws.com are anybody's machines. */
const SES = words(
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1 eu-south-1 ap-south-1 ' +
    'ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 sa-east-1 me-south-1 il-central-1 af-south-1',
)
  .flatMap((region) => [`inbound-smtp.${region}.amazonaws.com`, `email-smtp.${region}.amazonaws.com`])
  .join(' ');

export const PROVIDERS = [
  provider('google', 'Google', 'google.com googlemail.com', 'gmail.com'),
  provider(
    'microsoft',
    'Microsoft',
    'outlook.com mx.microsoft hotmail.com outlook.de partner.outlook.cn office365.us frontbridge.com',
    'live.com msn.com passport.com windowslive.com microsoft.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.co.jp ' +
      'outlook.fr outlook.es outlook.it outlook.jp live.co.uk live.de live.fr live.it live.nl live.cn live.jp onmicrosoft.com',
  ),
  provider(
    'yahoo',
    'Yahoo, AOL',
    'yahoodns.net yahoo.com aol.com',
    'ymail.com rocketmail.com aim.com verizon.net yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.in yahoo.co.in yahoo.ca ' +
      'yahoo.com.br yahoo.com.cn yahoo.cn yahoo.com.hk yahoo.com.tw yahoo.com.sg yahoo.com.au yahoo.com.mx yahoo.co.id',
  ),
  provider('yahoo_japan', 'Yahoo! Japan', 'yahoo.co.jp'),
  provider('apple', 'Apple', 'icloud.com apple.com', 'me.com mac.com'),
  provider('tencent', 'Tencent', 'qq.com', 'foxmail.com tencent.com'),
  provider('netease', 'NetEase', 'netease.com 163.com 126.com yeah.net 188.com qiye163.com', 'vip.163.com 163.net'),
  provider(
    'alibaba',
    'Alibaba',
    'aliyun.com mxhichina.com aliyun-inc.com alibaba-inc.com alibaba.com alimail.com',
    'taobao.com tmall.com alipay.com hichina.com',
  ),
  provider('sina', 'Sina', 'sina.com.cn sina.com sina.cn sina.net', 'vip.sina.com 2008.sina.com'),
  provider('sohu', 'Sohu', 'sohu.com sohu.net', 'vip.sohu.com sogou.com chinaren.com'),
  provider('china_mobile', 'China Mobile', '139.com chinamobile.com', '10086.cn'),
  provider('china_telecom', 'China Telecom', '189.cn 21cn.com 21cn.net chinatelecom.cn', 'chinatelecom.com.cn'),
  provider('china_unicom', 'China Unicom', 'wo.cn chinaunicom.cn', 'wo.com.cn'),
  provider('coremail', 'Coremail', 'icoremail.net coremail.cn', 'tom.com'),
  provider('bytedance', 'Feishu, Lark', 'feishu.cn larksuite.com'),
  provider('263', '263', '263.net 263.com 263xmail.com'),
  provider('yandex', 'Yandex', 'yandex.ru yandex.net yandex.com', 'ya.ru yandex.by yandex.kz yandex.ua'),
  provider('mail_ru', 'Mail.ru', 'mail.ru mail.ru.net', 'bk.ru inbox.ru list.ru internet.ru vk.com'),
  provider('rambler', 'Rambler', 'rambler.ru', 'lenta.ru ro.ru autorambler.ru myrambler.ru'),
  provider('ukr_net', 'Ukr.net', 'ukr.net'),
  provider(
    'united_internet',
    'GMX, Web.de, Ionos',
    'gmx.net gmx.com web.de mail.com kundenserver.de ionos.com ionos.de ionos.co.uk ionos.fr ionos.es 1and1.com 1and1.co.uk perfora.net',
    'gmx.de gmx.at gmx.ch gmx.eu gmx.org caramail.com email.com',
  ),
  provider('t_online', 'T-Online', 't-online.de telekom.de', 'magenta.de'),
  provider('freenet', 'freenet', 'freenet.de', 'arcor.de'),
  provider('strato', 'Strato', 'rzone.de strato.de'),
  provider('proton', 'Proton', 'protonmail.ch protonmail.com', 'proton.me pm.me'),
  provider('tuta', 'Tuta', 'tutanota.de', 'tutanota.com tuta.com tuta.io tutamail.com'),
  provider('zoho', 'Zoho', 'zoho.com zoho.eu zoho.in zoho.com.cn zoho.com.au zoho.jp zohomail.com zohomail.eu', 'zohomail.in zohomail.cn'),
  provider('fastmail', 'Fastmail', 'messagingengine.com fastmail.com', 'fastmail.fm'),
  provider('orange', 'Orange', 'orange.fr wanadoo.fr'),
  provider('free_fr', 'Free', 'free.fr', 'aliceadsl.fr'),
  provider('sfr', 'SFR', 'sfr.fr', 'neuf.fr club-internet.fr'),
  provider('laposte', 'La Poste', 'laposte.net'),
  provider('ovh', 'OVHcloud', 'ovh.net ovh.com ovh.ca'),
  provider('gandi', 'Gandi', 'gandi.net'),
  provider('infomaniak', 'Infomaniak', 'infomaniak.ch infomaniak.com', 'ik.me'),
  provider('libero', 'Libero', 'libero.it iol.it', 'virgilio.it inwind.it blu.it giallo.it'),
  provider('aruba', 'Aruba', 'aruba.it', 'arubapec.it'),
  provider('seznam', 'Seznam', 'seznam.cz', 'email.cz post.cz spoluzaci.cz'),
  provider('wp', 'Wirtualna Polska', 'wp.pl', 'o2.pl tlen.pl go2.pl'),
  provider('onet', 'Onet', 'onet.pl', 'op.pl vp.pl onet.eu poczta.onet.pl'),
  provider('interia', 'Interia', 'interia.pl', 'poczta.fm interia.eu'),
  provider('naver', 'Naver', 'naver.com'),
  provider('kakao', 'Daum, Kakao', 'daum.net hanmail.net kakao.com'),
  provider('docomo', 'NTT Docomo', 'docomo.ne.jp'),
  provider('kddi', 'KDDI', 'ezweb.ne.jp au.com'),
  provider('softbank', 'SoftBank', 'softbank.jp softbank.ne.jp', 'i.softbank.jp vodafone.ne.jp'),
  provider('comcast', 'Comcast', 'comcast.net'),
  provider('att', 'AT&T', 'prodigy.net att.net', 'sbcglobal.net bellsouth.net'),
  provider('spectrum', 'Spectrum', 'charter.net rr.com', 'spectrum.net twc.com roadrunner.com'),
  provider('cox', 'Cox', 'cox.net'),
  provider('bt', 'BT', 'btinternet.com bt.com', 'btopenworld.com'),
  provider('rediff', 'Rediff', 'rediffmail.com rediffmailpro.com', 'rediff.com'),
  provider('uol', 'UOL', 'uol.com.br', 'bol.com.br'),
  provider('terra', 'Terra', 'terra.com.br terra.com'),
  provider('rackspace', 'Rackspace', 'emailsrvr.com'),
  provider('godaddy', 'GoDaddy', 'secureserver.net'),
  provider('namecheap', 'Namecheap', 'privateemail.com registrar-servers.com'),
  provider('hostinger', 'Hostinger', 'hostinger.com titan.email'),
  provider('amazon', 'Amazon', SES, 'awsapps.com amazonses.com amazon.com'),
  provider('cloudflare', 'Cloudflare', 'mx.cloudflare.net'),
  provider('sendgrid', 'SendGrid', 'sendgrid.net'),
  provider('mailgun', 'Mailgun', 'mailgun.org'),
  provider('mimecast', 'Mimecast', 'mimecast.com mimecast.co.za mimecast-offshore.com'),
  provider('proofpoint', 'Proofpoint', 'pphosted.com ppe-hosted.com'),
  provider('barracuda', 'Barracuda', 'barracudanetworks.com'),
  provider('cisco', 'Cisco', 'iphmx.com'),
  provider('broadcom', 'Broadcom (MessageLabs)', 'messagelabs.com'),
  provider('trend_micro', 'Trend Micro', 'trendmicro.com trendmicro.eu trendmicro.co.jp'),
  provider('sophos', 'Sophos', 'sophos.com reflexion.net'),
  provider('hornetsecurity', 'Hornetsecurity', 'hornetsecurity.com antispameurope.com'),
  provider('forcepoint', 'Forcepoint', 'mailcontrol.com'),
] as const satisfies readonly Provider[];
