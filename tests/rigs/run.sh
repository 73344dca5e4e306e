#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Boots real Linux kernels and tries everything on them. Builds what is missing.
#
#   run.sh [uml|powernv|kexec|pseries]...     all of them without an argument
#
# The last line is the total. What cannot be run here is said to be skipped, with
# the reason, and is no success. Exit status: 0 nothing failed, 1 something did, 2 usage.

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd) || exit 1

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

set_total() {
	p=${1-0} f=${2-0} s=${3-0}
}

passed=0
failed=0
skipped=0
output=$(mktemp) || exit 1
trap 'rm -f -- "$output"' EXIT
trap 'exit 1' HUP INT TERM

for rig in "$@"; do
	started=$(date +%s)
	{
		"$here/$rig.sh"
		echo "status $?"
	} 2>&1 </dev/null | tee -- "$output" | grep -v '^status '
	# "# RIG: P passed, F failed, S skipped"
	total=$(sed -n "s/^# $rig: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped\$/\1 \2 \3/p" \
		"$output" | tail -n 1)
	status=$(sed -n 's/^status //p' "$output" | tail -n 1)
	# Three words.
	# shellcheck disable=SC2086
	set_total $total
	if [ -z "$total" ] || { [ "$f" -eq 0 ] && [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; }; then
		echo "not ok - $rig: it ended with status $status and without a result"
		f=$((f + 1))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	echo "# $rig took $(($(date +%s) - started)) s"
done

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
