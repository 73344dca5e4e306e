#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Counts instructions of `nv2dtc merge` with overlays and bases of size n and
# 2n, in every direction they can grow. More than LIMIT times as many is a
# failure, and the functions that grew most are named. The same input gives the
# same count, so this can run anywhere. `make bench-instr` runs it.
#
#	bench/merge-instr.sh [NAME]...	only these rows
#
#	NV2DTC	program (default: builddir's); one built with -g names more
#	CC	compiler for the trees
#	LIMIT	default 2.3
#	SCALE	factor for all sizes but the depth, to find what is small yet; default 1

# shellcheck source=bench/lib.sh
. "$(dirname -- "$0")/lib.sh"

: "${LIMIT:=2.3}"
: "${SCALE:=1}"

need_callgrind

failures=0
wanted=" $* "
cd -- "$work" || exit 1
"$CC" -O2 -std=c11 -o trees "$srcdir/bench/trees.c" || exit 1

# count OUT STATUS COMMAND...: sets instructions; the command must end with STATUS.
count() {
	count_out=$1 count_status=$2
	shift 2
	rm -f "$count_out"
	valgrind --tool=callgrind --callgrind-out-file="$count_out" "$@" \
		>stdout 2>stderr </dev/null
	ended=$?
	if [ "$ended" -ne "$count_status" ]; then
		printf '\n%s: exit status %d, not %d\n' "$*" "$ended" "$count_status" >&2
		grep -v '^==' stderr | head -n 5 >&2
		exit 1
	fi
	instructions=$(sed -n 's/^summary: //p; s/^totals: //p' "$count_out" | head -n 1)
	[ -n "$instructions" ] || exit 1
}

# row NAME STATUS N BASE-KIND BASE-SIZE OVERLAY-KIND OVERLAY-SIZE [OPTION]...
# A size of "n" is 1, N and 2N in turn; what the first takes counts for neither.
row() {
	name=$1 status=$2 n=$3 base=$4 base_size=$5 overlay=$6 overlay_size=$7
	shift 7
	case $wanted in
	'  ') ;;
	*" $name "*) ;;
	*) return 0 ;;
	esac
	case $name in
	*depth*) ;;
	*) n=$((n * SCALE)) ;;
	esac
	one='' single=''
	for size in 1 "$n" $((2 * n)); do
		progress "$name: $size"
		b=$base_size o=$overlay_size
		[ "$b" != n ] || b=$size
		[ "$o" != n ] || o=$size
		./trees "$base" "$b" >base.dtb && ./trees "$overlay" "$o" >overlay.dtbo || exit 1
		case $size in
		1) out=callgrind.1 ;;
		"$n") out=callgrind.n ;;
		*) out=callgrind.2n ;;
		esac
		count "$out" "$status" "$NV2DTC" merge "$@" base.dtb overlay.dtbo -o out.dtb
		case $size in
		1) one=$instructions ;;
		"$n") single=$instructions ;;
		esac
	done
	ratio=$(calc '%.2f' "($instructions - $one) / ($single - $one)")
	progress ''
	printf '%-22s %8d %10s %8s' "$name" "$n" "$(calc '%.1f' "$single / 1000000")" "$ratio"
	if [ "$(calc '%d' "($ratio > $LIMIT)")" -eq 1 ]; then
		failures=$((failures + 1))
		printf '  more than %s\n' "$LIMIT"
	else
		printf '\n'
	fi
	growth callgrind.n callgrind.2n "$instructions"
}

# As row(), with N overlays of one fragment, applied one after the other.
row_overlays() {
	case $wanted in
	'  ' | *" $1 "*) ;;
	*) return 0 ;;
	esac
	name=$1 n=$(($2 * SCALE))
	./trees base 1000 >base.dtb && ./trees locals 5 >overlay.dtbo || exit 1
	set -- overlay.dtbo
	one='' single=''
	for size in 1 "$n" $((2 * n)); do
		progress "$name: $size"
		while [ $# -lt "$size" ]; do
			set -- "$@" overlay.dtbo
		done
		out=callgrind.2n
		[ "$size" -ne 1 ] || out=callgrind.1
		[ "$size" -ne "$n" ] || out=callgrind.n
		count "$out" 0 "$NV2DTC" merge base.dtb "$@" -o out.dtb
		[ "$size" -ne 1 ] || one=$instructions
		[ "$size" -ne "$n" ] || single=$instructions
	done
	ratio=$(calc '%.2f' "($instructions - $one) / ($single - $one)")
	progress ''
	printf '%-22s %8d %10s %8s' "$name" "$n" "$(calc '%.1f' "$single / 1000000")" "$ratio"
	if [ "$(calc '%d' "($ratio > $LIMIT)")" -eq 1 ]; then
		failures=$((failures + 1))
		printf '  more than %s\n' "$LIMIT"
	else
		printf '\n'
	fi
	growth callgrind.n callgrind.2n "$instructions"
}

printf '%-22s %8s %10s %8s\n' what n 'n, M instr' '2n / n'

row base-nodes 0 5000 base n empty 1
row base-siblings 0 4000 base-flat n empty 1
row base-properties 0 10000 base-properties n empty 1
row base-depth 0 30 base-depth n empty 1
row base-and-fixups 0 2000 base-flat n props n
row props 0 2000 base 5000 props n
row props-linux 0 2000 base 5000 props n --for=linux
row frags 0 2000 base 5000 frags n
row frags-linux 0 2000 base 5000 frags n --for=linux
row same-label 0 5000 base 1000 same n
row locals 0 2000 base 1000 locals n
row locals-linux 0 2000 base 1000 locals n --for=linux
row nodes 0 2000 base 5000 nodes n
row siblings 0 5000 base 1000 siblings n
row siblings-linux 0 5000 base 1000 siblings n --for=linux
row properties 0 10000 base 1000 properties n
row properties-linux 0 10000 base 1000 properties n --for=linux
row one-target 0 2000 base 1000 one-target n
row one-target-linux 0 2000 base 1000 one-target n --for=linux
row depth 0 28 base 1000 depth n
row depth-linux 0 28 base 1000 depth n --for=linux
row phandles 0 2000 base 5000 phandles n
row phandles-linux 0 2000 base 5000 phandles n --for=linux
row_overlays overlays 100

row bad-labels 1 1000 base 2000 bad-labels n
row bad-labels-and-base 1 1000 base n bad-labels n
row bad-paths 1 1000 base 2000 bad-paths n
row bad-fixups 1 1000 base 3000 bad-fixups n
row bad-twice-linux 1 1000 base 1000 bad-twice n --for=linux
progress ''

[ "$failures" -eq 0 ] && exit 0
printf '%d of the rows grow faster than their input.\n' "$failures"
exit 1
