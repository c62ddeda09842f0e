#!/bin/sh
# Installs freedmr beside the hotspot software of Pi-Star or WPSD, on the same Raspberry Pi:
#
#   sudo ./pi-star.sh
#
# DMRGateway has port 62031 of that Pi, so freedmr listens on 62040 (PORT=... for another). The file system is made
# writable for this and read-only again, and the firewall lets hotspots in. Then the script prints the lines to add to
# /etc/dmrgateway, or with WPSD what to enter on its page. Nothing of the hotspot software is changed. Run it again to
# upgrade: the configuration and its port stay. ROOT=DIR works below DIR.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=${ROOT:-}
conf=$root/etc/freedmr.conf
kept=$(sed -n 's/^bind = .*:\([0-9]*\)$/\1/p' "$conf" 2>/dev/null | head -1)
port=${PORT:-${kept:-62040}}
gateway=$root/etc/dmrgateway

die() {
	echo "pi-star.sh: $1" >&2
	exit 1
}

case ${1:-} in
-h | --help)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit
	;;
--version) exec "$here/install.sh" --version ;;
esac
[ -n "$root" ] || [ "$(id -u)" = 0 ] || die "run this as root: sudo $0"
[ -e "$gateway" ] || die "there is no /etc/dmrgateway here: on other systems use install.sh"
case $port in
6203[0-9]) die "ports 62030 to 62039 belong to the hotspot software: choose another${kept:+, bind in $conf}" ;;
esac
[ "$port" = "${kept:-$port}" ] || die "$conf has port $kept: change bind there, then run this again without PORT"

# Read-only again at the end, if it was.
case ,$(findmnt -n -o OPTIONS / 2>/dev/null || true), in
*,ro,*)
	mount -o remount,rw /
	trap 'mount -o remount,ro /' EXIT
	;;
esac

PORT=$port "$here/install.sh"

# open FILE COMMAND: the firewall of Pi-Star runs the lines of these files after its own.
open() {
	for rule in "INPUT -p udp --dport $port" "OUTPUT -p udp --sport $port"; do
		line="$2 -A $rule -j ACCEPT"
		grep -qsxF "$line" "$root/root/$1" || echo "$line" >>"$root/root/$1"
	done
}
install -d -m 700 "$root/root"
open ipv4.fw iptables
open ipv6.fw ip6tables
[ -n "$root" ] || ! command -v pistar-firewall >/dev/null || pistar-firewall >/dev/null

# Sections 1 to 3 are filled in by Pi-Star's Configuration page, which keeps others as they are. A section of ours is used again,
# else the first that is not there or switched off. The prefix of our talkgroups is one that neither Pi-Star nor WPSD gives to
# a network.
section() {
	sed -n "/^\[DMR Network $1\]/,/^\[/p" "$gateway" | tr -d ' \r'
}
number=$(tr -d ' \r' <"$gateway" | sed -n 's/^\[DMRNetwork\([0-9]*\)\]$/\1/; /^[0-9]/h; /^Name=freedmr$/{g; p; q; }')
if [ -z "$number" ]; then
	number=4
	until section $number | grep -q '^Enabled=0' || [ -z "$(section $number)" ]; do
		number=$((number + 1))
	done
fi
prefix=6 dialled=6000009
passphrase=$(sed -n 's/^passphrase = //p' "$conf" | head -1)

wpsd() {
	prefix=9
	dialled=11
	cat <<-END
		On the Configuration page, under Custom DMR Network Settings, switch on Custom DMR Network Enable, and enter

		    Server Name                freedmr
		    Server Address             127.0.0.1
		    Port                       $port
		    Password                   $passphrase
		    Automatic Rewrite Rules    on

		As the primary network it has the talkgroups as they are: leave out the 9 in front, and use TG 9 instead of TG 11.
	END
}

pi_star() {
	if [ -n "$(section "$number")" ]; then
		echo "Replace the section [DMR Network $number] of /etc/dmrgateway (Expert, Full Edit: DMR GW) by these lines:"
	else
		echo "Add these lines to /etc/dmrgateway (Expert, Full Edit: DMR GW):"
	fi
	cat <<-END

		[DMR Network $number]
		Enabled=1
		Name=freedmr
		Address=127.0.0.1
		Port=$port
		Password="$passphrase"
		TGRewrite0=2,${prefix}000001,2,1,999999
		PCRewrite0=2,${prefix}000001,2,1,999999
		SrcRewrite0=2,1,2,${prefix}000001,999999
		Location=0
		Debug=0

		Then restart it: sudo systemctl restart dmrgateway. The Configuration page leaves these lines as they are; it has to have
		DMRGateway as DMR Master.
	END
	[ "$number" -le 5 ] || echo 'It needs DMRGateway of June 2025 or later: earlier ones know five networks.'
}

echo
if [ -e "$root/etc/WPSD-release" ]; then wpsd; else pi_star; fi
cat <<END

On slot 2 talk on TG ${prefix}000091 for talkgroup 91; it stays on for ten minutes after your last transmission. A private call to
${prefix}000235 links talkgroup 235 to TG $dialled, one to ${prefix}004000 unlinks, and TG ${prefix}009990 is the echo. A talkgroup that is
always on is set with static-2 in $conf.

Other hotspots enter the address of this Pi, port $port, and the same passphrase.
END
