#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Prints what libnv2boot takes on each processor: bytes of code (.text), of
# constants (.rodata, most of them the words of nv2_strerror(), which who does not
# call it does not link), of data that can be written, the worst frame, and the
# worst stack along any chain of calls. Fails when it is more than the budget,
# which is for a small processor, cortex-m3 with -Os.

set -u
LC_ALL=C
export LC_ALL
srcdir=$(cd -- "${srcdir:-$(dirname -- "$0")/../..}" && pwd) || exit 1
# shellcheck source=tests/boot/targets.sh disable=SC1091
. "$srcdir/tests/boot/targets.sh"

text_budget=16384
data_budget=0
stack_budget=2048

work=$(mktemp -d "${TMPDIR:-/tmp}/nv2boot-size.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

failed=0

# over WHAT BYTES BUDGET
over() {
	[ "$2" -le "$3" ] && return
	echo "size.sh: $target: $1 is $2 bytes, and may be $3"
	failed=1
}

measure() {
	compile_library "$work/$target" -fcallgraph-info=su -fdump-ipa-cgraph || {
		failed=1
		return
	}
	"${prefix}ld" -r -o "$work/$target.o" "$work/$target"/*.o || failed=1
	"${prefix}size" -A "$work/$target.o" >"$work/sections"
	text=$(awk '$1 ~ /^\.text/ { n += $2 } END { print n + 0 }' "$work/sections")
	constants=$(awk '$1 ~ /^\.rodata/ { n += $2 } END { print n + 0 }' "$work/sections")
	bss=$(awk '$1 ~ /^\.s?bss/ { n += $2 } END { print n + 0 }' "$work/sections")
	terms=$(writable "$work/$target.o" | awk '{ printf "0x%s + ", $2 }')
	data=$((${terms}0 - bss))
	awk -f "$srcdir/tests/boot/stack.awk" "$work/$target"/*.cgraph "$work/$target"/*.ci \
		>"$work/stack" || {
		failed=1
		return
	}
	read -r frame stack <"$work/stack"
	printf '%-10s %8d %9d %6d %6d %6d %6d\n' "$target" "$text" "$constants" "$data" "$bss" \
		"$frame" "$stack"
	sed -n 's/^worst/           worst/p' "$work/stack"
	over 'data that can be written' "$data" "$data_budget"
	over 'bss' "$bss" "$data_budget"
	[ "$target" = cortex-m3 ] || return
	over 'text' "$text" "$text_budget"
	over 'the worst stack' "$stack" "$stack_budget"
}

printf '%-10s %8s %9s %6s %6s %6s %6s\n' target text constants data bss frame stack
for target in $targets; do
	set_target "$target"
	if command -v "${prefix}gcc" >/dev/null; then
		measure
	else
		echo "$target skipped: there is no ${prefix}gcc: install $package"
	fi
done
printf '%-10s %8d %9s %6d %6d %6s %6d  (cortex-m3)\n' budget "$text_budget" '' "$data_budget" \
	"$data_budget" '' "$stack_budget"
exit "$failed"
