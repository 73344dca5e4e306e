#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Boots real Linux kernels and tries everything on them. Builds what is missing.
#
#   run.sh [uml|powernv|kexec|pseries]...     all of them without an argument
#
# The last line is the total. What cannot be run here is said to be skipped, with
# the reason, and is no success. Exit status: 0 nothing failed, 1 something did, 2 usage.

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"

for rig in "$@"; do
	case $rig in
	uml | powernv | kexec | pseries) ;;
	*)
		echo "there is no rig called $rig" >&2
		exit 2
		;;
	esac
done
[ $# -gt 0 ] || set -- uml powernv kexec pseries

work=$(mktemp -d "${TMPDIR:-/tmp}/nv2dtc-rigs.XXXXXX") || exit 1
lanes=
progress=
leave() {
	# Lanes are of our own group of processes; each rig ends what it started.
	for lane in $lanes $progress; do
		kill "$lane" 2>/dev/null
	done
	rm -rf -- "$work"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

# On a terminal, and nowhere else: how long it takes already, and the last thing that is built
# or booted. A line that comes takes its place.
clear=
show_progress() {
	while sleep 1; do
		printf '%s%d s: %s' "$clear" $(($(date +%s) - begun)) \
			"$(find "${NV2_RIG_LOGS:-$cache/logs}" "$cache/logs" -type f \
				-printf '%T@ %P\n' 2>/dev/null | sort -n | sed -n '$s/^[^ ]* //p')" >&2
	done
}
begun=$(date +%s)
if [ -t 1 ] && [ -t 2 ]; then
	clear=$(printf '\r\033[K')
	show_progress &
	progress=$!
fi

# run_rig RIG: what it prints goes on as it comes, but for its verdict.
run_rig() {
	started=$(date +%s)
	{
		"$rigs/$1.sh"
		echo "status $?"
	} 2>&1 </dev/null | tee -- "$work/$1" | sed -u "/^status /d; s/^/$clear/"
	echo "$clear# $1 took $(($(date +%s) - started)) s"
}

# A machine has two processors at least, and a rig uses one: User Mode Linux beside QEMU.
in_lane() {
	for rig in "$@"; do
		case " $wanted " in
		*" $rig "*) run_rig "$rig" ;;
		esac
	done
}

wanted=$*
for lane in uml 'powernv kexec pseries'; do
	# Words.
	# shellcheck disable=SC2086
	in_lane $lane &
	lanes="$lanes $!"
done
# Words.
# shellcheck disable=SC2086
wait $lanes
lanes=
if [ -n "$progress" ]; then
	kill "$progress"
	progress=
	printf '%s' "$clear"
fi

set_total() {
	p=${1-0} f=${2-0} s=${3-0}
}

passed=0
failed=0
skipped=0
for rig in "$@"; do
	# "# RIG: P passed, F failed, S skipped"
	total=$(sed -n "s/^# $rig: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped\$/\1 \2 \3/p" \
		"$work/$rig" | tail -n 1)
	status=$(sed -n 's/^status //p' "$work/$rig" | tail -n 1)
	# Three words.
	# shellcheck disable=SC2086
	set_total $total
	if [ -z "$total" ] || { [ "$f" -eq 0 ] && [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; }; then
		echo "not ok - $rig: it ended with status $status and without a result"
		f=$((f + 1))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
