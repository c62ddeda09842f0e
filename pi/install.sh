#!/bin/sh
# Installs freedmr as a service from its one binary:
#
#   sudo pi/install.sh [BINARY]
#
# Installs the binary, the unit file and the users, and writes a first configuration with a random passphrase.
# An existing configuration is kept. Also installs the manuals and the timer that updates the index of names
# once a week, if they are beside this script or in its source tree. Knows systemd, OpenRC and SysV scripts.
# Run it again to upgrade. Without BINARY it uses the one beside this script, or the one built for this
# machine. ROOT=DIR installs below DIR and starts nothing.
set -e
PATH=$PATH:/usr/sbin:/sbin # su alone leaves them out
here=$(cd "$(dirname "$0")" && pwd)
root=${ROOT:-}

die() {
	echo "install.sh: $1" >&2
	exit 1
}

case ${1:-} in -h | --help)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit
	;;
esac

# The binaries of `make cross` by what this machine calls itself; the 32-bit one runs on every Pi.
find_binary() {
	case $(uname -m) in
	aarch64) machine=arm64 ;;
	arm*) machine=arm ;;
	*) machine=$(uname -m) ;;
	esac
	for candidate in "$here/freedmr" "$here/../build/$machine/freedmr" "$here/../build/freedmr"; do
		[ -x "$candidate" ] && "$candidate" version >/dev/null 2>&1 && echo "$candidate" && return
	done
	return 1
}

case ${1:-} in --version)
	binary=$(find_binary) || die "no freedmr binary for this machine"
	exec "$binary" version
	;;
esac

[ -n "$root" ] || [ "$(id -u)" = 0 ] || die "run this as root: sudo $0"
# shellcheck disable=SC2016  # dpkg's
case $(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Status}' freedmr 2>/dev/null || true) in
installed) die "the Debian package is installed: install a newer package, or first: sudo apt remove freedmr" ;;
esac
binary=${1:-$(find_binary)} || die "no freedmr binary for this machine: run make, or give its path"
case $binary in */*) ;; *) binary=./$binary ;; esac
"$binary" version >/dev/null || die "$binary does not run on this machine"

install -d "$root/usr/local/bin"
# Install under another name, then rename, so a running server is not disturbed.
install -m 755 "$binary" "$root/usr/local/bin/.freedmr.new"
mv "$root/usr/local/bin/.freedmr.new" "$root/usr/local/bin/freedmr"
for page in "$here"/*.[578] "$here"/man/*.[578] "$here"/../man/*.[578]; do
	[ ! -e "$page" ] || install -D -m 644 "$page" "$root/usr/local/share/man/man${page##*.}/${page##*/}"
done
install -d "$root/usr/local/share/bash-completion/completions" "$root/usr/local/share/zsh/site-functions"
"$binary" completion bash >"$root/usr/local/share/bash-completion/completions/freedmr"
"$binary" completion zsh >"$root/usr/local/share/zsh/site-functions/_freedmr"
ROOT=$root "$here/setup" "$binary" || die "the setup failed"
conf=$root/etc/freedmr.conf
"$binary" check "$conf" >/dev/null || die "$conf has errors (see above): correct it and run this again; the service was not restarted"

# add_service NAME: a script for a machine without systemd.
add_service() {
	install -D -m 755 "$here/init/freedmr.$1" "$root/etc/init.d/freedmr"
}

units() {
	for unit in freedmr.service freedmr-aliases.service freedmr-aliases.timer; do
		[ ! -e "$here/$unit" ] || install -D -m 644 "$here/$unit" "$root/etc/systemd/system/$unit"
	done
}

# restart COMMAND...: the running server hands its sockets and calls to the new program; one that cannot is restarted.
restart() {
	control=$("$binary" check "$conf" | sed -n 's/^ *control = //p')
	"$binary" ctl -s "$control" upgrade >/dev/null 2>&1 || "$@"
}

start_units() {
	systemctl daemon-reload
	systemctl enable freedmr
	restart systemctl restart freedmr
	if [ -e /etc/systemd/system/freedmr-aliases.timer ] && ! "$here/setup" --on-card; then
		systemctl enable --now freedmr-aliases.timer
		systemctl start --no-block freedmr-aliases.service # do not wait a week for the first names
		echo "names are downloaded weekly from radioid.net; to stop: sudo systemctl disable --now freedmr-aliases.timer"
	else
		echo "names instead of numbers: sudo systemctl enable --now freedmr-aliases.timer (writes 20 MB a week)"
	fi
	echo "freedmr is running; log: journalctl -u freedmr; state: sudo freedmr ctl status"
}

if [ -e "$root/sbin/openrc-run" ]; then
	add_service openrc
	[ -n "$root" ] || { rc-update add freedmr default && restart rc-service freedmr restart; }
elif [ -n "$root" ] && [ ! -d "$root/etc/rc2.d" ] || [ -d /run/systemd/system ]; then
	units
	[ -n "$root" ] || start_units
elif command -v update-rc.d >/dev/null; then
	add_service sysv
	[ -n "$root" ] || { update-rc.d freedmr defaults && restart /etc/init.d/freedmr restart; }
else
	units
	echo "this machine has neither systemd, OpenRC nor SysV scripts: start $root/usr/local/bin/freedmr yourself"
fi
