#!/bin/bash
# Installs what the tests need from Debian or Ubuntu: a mail server, a browser, Prometheus, other log analyzers. With
# --bench what the benchmark needs, instead. Starts nothing, removes nothing, and leaves it alone when everything is there.
# Exit code 0: all is there, or this is not the place to install (it says so); 1: the installation failed.
set -euo pipefail

packages=(
  postfix dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd # the real server
  logrotate xz-utils zstd bzip2                                  # rotation and compressed logs
  e2fsprogs xfsprogs mount                                       # file systems that number their inodes differently
  systemd-journal-remote                                         # makes journal files; brings journalctl
  rsyslog bsdutils openssl                                       # senders of syslog
  prometheus prometheus-alertmanager                             # scrapes and promtool; takes our alerts
  chromium fonts-noto-cjk                                        # the dashboard, in Chinese too
  pflogsumm mailgraph rrdtool                                    # the peers that our figures are held against
)
if [ "${1:-}" = --bench ]; then packages=(pflogsumm mailgraph rrdtool time chromium); fi

if ! command -v dpkg-query apt-get >/dev/null; then
  echo "packages: no apt here; tests that need ${packages[*]} are skipped where these are missing"
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "packages: all ${#packages[@]} are installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "packages: missing ${missing[*]}; not root, so tests that need them are skipped"
  echo "packages: to run them: sudo $0"
  exit 0
fi

# Nothing that is installed here may start: the tests run their own copies on loopback (invoke-rc.d asks this file).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

echo "packages: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
# Postfix is to write no configuration of its own; the tests bring one.
if command -v debconf-set-selections >/dev/null; then
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
fi
"${apt[@]}" update
# --no-remove: another mail server that is installed here (exim4) stays, and the tests that need Postfix are skipped.
if ! "${apt[@]}" install -y --no-install-recommends --no-remove "${missing[@]}"; then
  echo "packages: could not install ${missing[*]}; see above" >&2
  exit 1
fi
# Nor at the next boot.
if [ -d /run/systemd/system ]; then
  for unit in postfix dovecot prometheus prometheus-alertmanager mailgraph rsyslog; do
    case " ${missing[*]} " in *" $unit"*) systemctl disable --quiet "$unit" || true ;; esac
  done
fi
echo "packages: done"
