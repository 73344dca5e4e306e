#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Measures nv2dtc: checking many boards, compiling one, and compiling against
# dtc. Times are medians; compare within one run only. `make bench` runs it.
#
#	NV2DTC		program (default: builddir's)
#	CC		compiler for the timer
#	BENCH_FULL	1: also a million links, which takes minutes, 7 GiB, and 4 GiB of files

# shellcheck source=bench/lib.sh
. "$(dirname -- "$0")/lib.sh"

: "${BENCH_FULL:=0}"

timer=$work/timer
"$CC" -O2 -std=c11 -D_XOPEN_SOURCE=700 -o "$timer" "$srcdir/bench/timer.c" || exit 1

# measure RUNS COMMAND...: sets user, cpu (user and system), wall (microseconds), memory (KiB).
measure() {
	figures=$("$timer" "$@") || exit 1
	# shellcheck disable=SC2086 # four numbers
	set -- $figures
	user=$1 cpu=$2 wall=$3 memory=$4
}

heading() {
	progress ''
	printf '\n%s\n' "$1"
}

printf 'files are made in %s (TMPDIR says where)\n' "${work%/*}"

# --- many boards -----------------------------------------------------------------

heading 'check: boards in one file, six links each (median of 5)'
printf '%10s %10s %12s %12s %12s %8s %12s\n' boards links 'user ms' 'CPU ms' 'us/link' step 'memory MiB'
last=
for boards in 100 1000 10000; do
	progress "check: $boards boards"
	generate boards "$boards" "$work/boards.nv2"
	measure 5 "$NV2DTC" check "$work/boards.nv2"
	progress ''
	printf '%10d %10d %12s %12s %12s %8s %12s\n' "$boards" $((boards * 6)) \
		"$(calc '%.1f' "$user / 1000")" "$(calc '%.1f' "$cpu / 1000")" \
		"$(calc '%.2f' "$cpu / ($boards * 6)")" \
		"${last:+$(calc '%.1f' "$cpu / ($last + 1)")}" "$(calc '%.1f' "$memory / 1024")"
	last=$cpu
done
printf 'step: against the row above, which has a tenth of the links; CPU: user and system\n'

# --- as far as a million links ----------------------------------------------------

heading 'check, and compile --emit bundle: one board with links between GPUs, boards with six links
each (CPU ms of one run, us a link)'
printf '%-8s %10s | %10s %8s %8s | %10s %8s %8s\n' '' links check us/link MiB bundle us/link MiB
# far KIND N LINKS
far() {
	progress "$1: $3 links"
	generate "$1" "$2" "$work/far.nv2"
	measure 1 "$NV2DTC" check "$work/far.nv2"
	checked=$cpu checked_memory=$memory
	measure 1 "$NV2DTC" compile --emit bundle "$work/far.nv2" -o "$work/far"
	rm -rf "$work/far" "$work/far.nv2"
	progress ''
	printf '%-8s %10d | %10s %8s %8s | %10s %8s %8s\n' "$1" "$3" \
		"$(calc '%.0f' "$checked / 1000")" "$(calc '%.2f' "$checked / $3")" \
		"$(calc '%.0f' "$checked_memory / 1024")" "$(calc '%.0f' "$cpu / 1000")" \
		"$(calc '%.2f' "$cpu / $3")" "$(calc '%.0f' "$memory / 1024")"
}
far links 10000 10000
far links 100000 100000
[ "$BENCH_FULL" != 1 ] || far links 1000000 1000000
far boards 1667 10002
[ "$BENCH_FULL" != 1 ] || far boards 16667 100002
[ "$BENCH_FULL" != 1 ] || far boards 166667 1000002
printf 'links: one file is written; boards: one a board\n'

# --- one board --------------------------------------------------------------------

heading 'one board, ms with the start of the program (medians of 31)'
row() {
	printf '  %-52s %8s %8s %8s\n' "$1" "$(calc '%.2f' "$cpu / 1000")" \
		"$(calc '%.2f' "$wall / 1000")" "${2:-}"
}
printf '  %-52s %8s %8s %8s\n' '' CPU wall target
progress 'one board'
board=$srcdir/dts/ibm/witherspoon-redbud.nv2
measure 31 "$NV2DTC" --version
row 'nv2dtc --version' '<= 3'
measure 31 "$NV2DTC" check "$board"
row 'nv2dtc check witherspoon-redbud.nv2'
measure 31 "$NV2DTC" compile "$board" -o "$work/redbud"
row 'nv2dtc compile witherspoon-redbud.nv2' '<= 5'
if command -v dtc >/dev/null; then
	base=$work/base.dtb
	dtc -q -I dts -O dtb -o "$base" "$srcdir/dts/base/witherspoon-redbud.dts" || exit 1
	measure 31 "$NV2DTC" compile --base "$base" "$board" -o "$work/redbud"
	row 'nv2dtc compile --base witherspoon-redbud.dtb' '<= 5'
	measure 31 dtc --version
	row 'dtc --version'
	measure 31 dtc -q -I dts -O dtb -o "$work/base.out" "$srcdir/dts/base/witherspoon-redbud.dts"
	row 'dtc, its base tree'
fi

# --- against dtc ------------------------------------------------------------------

if ! command -v dtc >/dev/null; then
	heading 'compile against dtc: dtc is missing, left out'
	exit 0
fi

heading 'compile: .nv2 to two overlays a board, against dtc on the DTS of the same overlays
(CPU ms, median of 3). dtc: run once a file. dtc 1: run once on one tree that holds them all.'
printf '%8s %9s %8s | %8s %8s | %8s %6s %8s | %8s %6s %8s\n' boards overlays 'MiB DTS' \
	nv2dtc MiB dtc ratio MiB 'dtc 1' ratio MiB
for boards in 100 1000; do
	progress "compile: $boards boards"
	rm -rf "$work/dts" "$work/dtbo" "$work/dtc"
	generate boards "$boards" "$work/many.nv2"
	"$NV2DTC" compile --emit dts "$work/many.nv2" -o "$work/dts" || exit 1
	mkdir "$work/dtc"
	measure 3 "$NV2DTC" compile --emit host-fw,host-os "$work/many.nv2" -o "$work/dtbo"
	ours=$cpu ours_memory=$memory
	progress "dtc: $boards boards, $((boards * 2)) runs"
	# shellcheck disable=SC2016 # for the inner shell
	measure 3 sh -c 'for file in "$1"/*.host-*.dts; do
		name=${file##*/}
		dtc -q -I dts -O dtb -o "$2/${name%.dts}.dtbo" "$file" || exit 1
	done' sh "$work/dts" "$work/dtc"
	each=$cpu each_memory=$memory
	progress "dtc: $boards boards, one run"
	# Each overlay under a node of its own, without its head and its labels.
	i=0
	{
		printf '/dts-v1/;\n\n/ {\n'
		for file in "$work"/dts/*.host-*.dts; do
			printf 'o%d {\n' "$i"
			sed -e '1,/^\/ {/d' -e 's/[A-Za-z_][A-Za-z0-9_]*: //' "$file"
			i=$((i + 1))
		done
		printf '};\n'
	} >"$work/one.dts"
	measure 3 dtc -q -f -I dts -O dtb -o "$work/one.dtb" "$work/one.dts"
	progress ''
	printf '%8d %9d %8s | %8s %8s | %8s %6s %8s | %8s %6s %8s\n' "$boards" $((boards * 2)) \
		"$(calc '%.1f' "$(wc -c <"$work/one.dts") / 1048576")" \
		"$(calc '%.0f' "$ours / 1000")" "$(calc '%.1f' "$ours_memory / 1024")" \
		"$(calc '%.0f' "$each / 1000")" "$(calc '%.1f' "$each / ($ours + 1)")" \
		"$(calc '%.1f' "$each_memory / 1024")" \
		"$(calc '%.0f' "$cpu / 1000")" "$(calc '%.1f' "$cpu / ($ours + 1)")" \
		"$(calc '%.1f' "$memory / 1024")"
done
printf 'ratio: how many times as long as nv2dtc\n'
