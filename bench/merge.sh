#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Measures `nv2dtc merge` beside fdtoverlay, and reading and writing of DTBs
# beside dtc. The two take turns, run by run; figures are medians. Compare within
# one run only. `make bench` runs it.
#
#	NV2DTC		program (default: builddir's)
#	CC		compiler for the timer and the trees
#	BENCH_FULL	1: also what takes fdtoverlay and dtc minutes

# shellcheck source=bench/lib.sh
. "$(dirname -- "$0")/lib.sh"

: "${BENCH_FULL:=0}"

timer=$work/timer
"$CC" -O2 -std=c11 -D_XOPEN_SOURCE=700 -o "$timer" "$srcdir/bench/timer.c" || exit 1
"$CC" -O2 -std=c11 -o "$work/trees" "$srcdir/bench/trees.c" || exit 1
cd -- "$work" || exit 1

have_fdtoverlay=no have_dtc=no
! command -v fdtoverlay >/dev/null || have_fdtoverlay=yes
! command -v dtc >/dev/null || have_dtc=yes

heading() {
	progress ''
	printf '\n%s\n' "$1"
}

# tree KIND N: makes KIND-N.dtb unless it is there.
tree() {
	[ -f "$1-$2.dtb" ] || ./trees "$1" "$2" >"$1-$2.dtb" || exit 1
}

# median FILE COLUMN
median() {
	sort -n -k "$2,$2" "$1" | awk -v column="$2" '
		{ figures[NR] = $column }
		END { print figures[int((NR + 1) / 2)] }'
}

ours() {
	"$timer" 1 "$NV2DTC" merge "$base" "$overlay" -o ours.dtb >>ours || exit 1
}

theirs() {
	case $peer in
	fdtoverlay) "$timer" 1 fdtoverlay -i "$base" -o theirs.dtb "$overlay" ;;
	dtc) "$timer" 1 dtc -q -f -I dtb -O dtb -o theirs.dtb "$base" ;;
	esac >>theirs || exit 1
}

# pair RUNS PEER-RUNS: sets cpu, memory, peer_cpu, peer_memory; the latter two are
# empty if the peer does not run.
pair() {
	: >ours
	: >theirs
	i=0
	while [ "$i" -lt "$1" ]; do
		ours
		[ "$i" -ge "$2" ] || theirs
		i=$((i + 1))
	done
	cpu=$(median ours 2) memory=$(median ours 4)
	peer_cpu='' peer_memory=''
	[ "$2" -eq 0 ] || {
		peer_cpu=$(median theirs 2)
		peer_memory=$(median theirs 4)
	}
}

# ms MICROSECONDS, mib KIB, ratio DIVIDEND DIVISOR: "-" for what is not known.
ms() {
	if [ "$1" ]; then calc '%.1f' "$1 / 1000"; else printf '%s' -; fi
}
mib() {
	if [ "$1" ]; then calc '%.1f' "$1 / 1024"; else printf '%s' -; fi
}
ratio() {
	if [ "$1" ]; then calc '%.1f' "$1 / ($2 + 1)"; else printf '%s' -; fi
}

# peer_runs WHEN RUNS: how often a peer runs that is there; once, with BENCH_FULL
# only, where WHEN is slow; never where it is none.
peer_runs() {
	case $have-$1-$BENCH_FULL in
	no-* | yes-none-*) echo 0 ;;
	yes-slow-1) echo 1 ;;
	yes-slow-*) echo 0 ;;
	*) echo "$2" ;;
	esac
}

# --- merge -----------------------------------------------------------------------

# merge BASE KIND N PEER-RUNS|slow|none
merge() {
	tree base "$1"
	tree "$2" "$3"
	base=base-$1.dtb overlay=$2-$3.dtb peer=fdtoverlay have=$have_fdtoverlay
	progress "merge: base $1, $2 $3"
	pair 5 "$(peer_runs "$4" "$4")"
	progress ''
	printf '%8d %-10s %7d | %9s %9s %9s | %9s %9s\n' "$1" "$2" "$3" "$(ms "$cpu")" \
		"$(ms "$peer_cpu")" "$(ratio "$peer_cpu" "$cpu")" \
		"$(mib "$memory")" "$(mib "$peer_memory")"
}

heading 'merge: one overlay into a base where 99 of 100 nodes have a label
(CPU ms, medians of up to 5 runs in turns; memory: peak MiB)'
[ "$have_fdtoverlay" = yes ] || printf 'fdtoverlay is missing, left out\n'
printf '%8s %-10s %7s | %9s %9s %9s | %9s %9s\n' nodes overlay n \
	nv2dtc fdtovl ratio nv2dtc fdtovl
merge 1000 props 10 5
merge 1000 props 900 5
merge 1000 frags 900 5
merge 10000 props 10 5
merge 10000 props 1000 3
merge 10000 props 3000 1
merge 10000 props 9900 slow
merge 10000 frags 10 5
merge 10000 frags 1000 3
merge 10000 frags 2000 1
merge 10000 frags 9900 slow
merge 100000 props 10 5
merge 100000 props 100 1
merge 100000 props 1000 slow
merge 100000 props 9900 none
merge 100000 frags 10 5
merge 100000 frags 1000 slow
merge 100000 frags 9900 none
printf 'props: n properties, each a reference to a label of its own; frags: n fragments,
each on a label of its own. ratio: how many times as long as nv2dtc
-: left out, as it takes minutes; BENCH_FULL=1 has most\n'

# --- reading and writing ------------------------------------------------------------

# rewrite NODES PEER-RUNS|slow|none
rewrite() {
	tree base "$1"
	base=base-$1.dtb peer=dtc have=$have_dtc overlay=empty-1.dtb
	progress "read and write: $1"
	pair 5 "$(peer_runs "$2" "$2")"
	progress ''
	printf '%8d %9s | %9s %9s %9s | %9s %9s\n' "$1" \
		"$(calc '%.2f' "$(wc -c <"$base") / 1048576")" "$(ms "$cpu")" \
		"$(ms "$peer_cpu")" "$(ratio "$peer_cpu" "$cpu")" \
		"$(mib "$memory")" "$(mib "$peer_memory")"
}

heading 'read and write a DTB: merge with an overlay that changes nothing, dtc -I dtb -O dtb
(CPU ms, medians of up to 5 runs in turns; memory: peak MiB)'
[ "$have_dtc" = yes ] || printf 'dtc is missing, left out\n'
tree empty 1
printf '%8s %9s | %9s %9s %9s | %9s %9s\n' nodes MiB nv2dtc dtc ratio nv2dtc dtc
rewrite 1000 5
rewrite 10000 3
rewrite 100000 slow

# --- growth ---------------------------------------------------------------------------

# grow WHAT BASE KIND N
grow() {
	tree base "$2"
	tree "$3" "$4"
	base=base-$2.dtb overlay=$3-$4.dtb
	progress "growth: $1 $2 $4"
	pair 5 0
	progress ''
	printf '%-10s %8d %7d %9s %9s %9s\n' "$1" "$2" "$4" "$(ms "$cpu")" \
		"${last:+$(ratio "$cpu" "$last")}" "$(mib "$memory")"
	last=$cpu
}

heading 'growth of nv2dtc merge (CPU ms, median of 5; memory: peak MiB)'
printf '%-10s %8s %7s %9s %9s %9s\n' overlay nodes n nv2dtc step memory
for kind in props frags; do
	last=
	for n in 12375 24750 49500 99000; do
		grow "$kind" 100000 "$kind" "$n"
	done
done
last=
for n in 12500 25000 50000 100000 200000; do
	grow empty "$n" empty 1
done
printf 'step: against the row above, which has half of n, or of the nodes where n is 1\n'
