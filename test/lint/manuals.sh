#!/bin/sh
# The manuals are clean mdoc. That they name every key and every verb is checked by t_check and t_ctl.
cd "$(dirname "$0")/../.." || exit 1

if ! command -v mandoc >/dev/null; then
	echo "skip manuals.mandoc: there is no mandoc"
elif mandoc -T lint -W warning man/*.[578]; then
	echo "ok manuals.mandoc"
else
	echo "not ok manuals.mandoc: see above"
fi

# Each kind of value that a key has is explained.
undefined=$(sed -n 's/^\.It Ic [a-z0-9-]* No = Ar \([a-z]*\)$/\1/p' man/freedmr.conf.5 | sort -u | while read -r kind; do
	sed -n '/^\.Ss Kinds of values/,/^\.Ss Section/p' man/freedmr.conf.5 | grep -qx "\.It $kind" || echo "$kind"
done)
if [ -z "$undefined" ]; then
	echo "ok manuals.kinds_of_values"
else
	echo "not ok manuals.kinds_of_values: not explained: $undefined"
fi

# Each page leads to every other.
unlinked=$(for page in man/*.[578]; do
	for other in man/*.[578]; do
		name=${other##*/}
		[ "$page" = "$other" ] || sed -n '/^\.Sh SEE ALSO/,$p' "$page" | grep -qE "^\.Xr ${name%.*} ${name##*.}( ,)?$" || echo "$page has no $name"
	done
done)
if [ -z "$unlinked" ]; then
	echo "ok manuals.each_leads_to_every_other"
else
	echo "not ok manuals.each_leads_to_every_other: $unlinked"
fi
