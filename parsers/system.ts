import type { Parser } from '../src/model/parser.ts';
import { NOTHING } from './fields.ts';

const PROGRAMS = new Set(
  (
    'rsyslogd rsyslog syslogd syslog-ng systemd systemd-logind systemd-journald systemd-resolved systemd-timesyncd systemd-networkd systemd-udevd ' +
    'systemd-modules-load systemd-sysctl systemd-tmpfiles systemd-fsck init kernel CRON cron crond crontab anacron atd run-parts logrotate ' +
    'sshd sshd-session sudo su login useradd usermod groupadd passwd chage agetty polkitd polkit-agent-helper-1 dbus dbus-daemon dbus-broker ' +
    'dnsmasq unbound named bind pdns_recursor redis redis-server valkey-server memcached mysqld mariadbd mariadb postgres ntpd chronyd ' +
    'fail2ban fail2ban-server fail2ban.actions fail2ban.filter fail2ban.jail netfilter crowdsec nginx apache2 httpd php-fpm dhclient dhcpcd ' +
    'NetworkManager auditd audispd smartd mdadm snmpd lvm thermald irqbalance rngd haveged acpid supervisord containerd dockerd snapd ' +
    'certbot acme.sh watchdog zed ModemManager multipathd udisksd packagekitd unattended-upgrades apt dpkg groupmod xinetd monit ' +
    // Zimbra's own watch over its services, in zimbra.log beside Postfix.
    'zimbramon zmconfigd zmmailboxdmgr slapd'
  ).split(' '),
);

/**
 * Programs of the machine that share a log with the mail system and say nothing of mail: their lines are understood. Only
 * names that are known: any other program counts as unknown. mailcow's watchdog probes Postfix under a name of its own.
 */
export const system: Parser = {
  name: 'system',
  reads: ({ program, instance }) => PROGRAMS.has(program) || instance === 'watchdog' || (instance === '' && program.startsWith('systemd-')),
  parse: () => NOTHING,
};
