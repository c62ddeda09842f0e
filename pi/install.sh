#!/bin/sh
# Sets freedmr up as a service from its one binary:
#
#   sudo pi/install.sh [BINARY]
#
# Binary, unit file, user, and a first configuration with a random passphrase when there is none; one that
# is there is kept. Run it again to upgrade. Without BINARY it takes the one beside this script, or the
# one built for this machine. ROOT=DIR sets up below DIR and starts nothing.
set -e
PATH=$PATH:/usr/sbin:/sbin # su alone leaves them out
here=$(cd "$(dirname "$0")" && pwd)
root=${ROOT:-}

die() {
	echo "install.sh: $1" >&2
	exit 1
}

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

[ -n "$root" ] || [ "$(id -u)" = 0 ] || die "run this as root: sudo $0"
binary=${1:-$(find_binary)} || die "no freedmr for this machine; run make, or name the binary"
case $binary in */*) ;; *) binary=./$binary ;; esac
"$binary" version >/dev/null || die "$binary does not run on this machine"

install -d "$root/usr/local/bin" "$root/etc/systemd/system"
# Beside it first and then renamed: the one that runs is not disturbed.
install -m 755 "$binary" "$root/usr/local/bin/.freedmr.new"
mv "$root/usr/local/bin/.freedmr.new" "$root/usr/local/bin/freedmr"
install -m 644 "$here/freedmr.service" "$root/etc/systemd/system/freedmr.service"

if ! grep -q '^freedmr:' "$root/etc/passwd" 2>/dev/null; then
	useradd ${root:+--prefix "$root"} --system --user-group --no-create-home --shell /usr/sbin/nologin freedmr ||
		[ -n "$root" ] || die "cannot make the user freedmr"
fi

conf=$root/etc/freedmr.conf
if [ -e "$conf" ]; then
	"$binary" check "$conf" >/dev/null || die "the service was not restarted: correct $conf"
else
	(umask 077 && "$binary" init "$conf")
	sed -i 's,^;* *control *=.*,control = /run/freedmr/control.sock,' "$conf"
fi
# It holds passphrases: the service may read it, nobody else.
chmod 640 "$conf"
[ -n "$root" ] || chown root:freedmr "$conf"

if [ -z "$root" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	systemctl enable freedmr
	systemctl restart freedmr
	echo "freedmr runs: journalctl -u freedmr; sudo freedmr ctl status"
fi
