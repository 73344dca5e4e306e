#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Counts instructions of inputs of size n and 2n, in every direction an input
# can grow. What grows in proportion doubles; more than LIMIT times as many is a
# failure, and the functions that grew most are named. The same input gives the
# same count, so this can run anywhere. `make bench-instr` runs it.
#
#	bench/instr.sh [NAME]...	only these rows
#
#	NV2DTC	program (default: builddir's); one built with -g names more
#	LIMIT	default 2.3
#	SCALE	factor for all sizes, to find what is small yet; default 1

# shellcheck source=bench/lib.sh
. "$(dirname -- "$0")/lib.sh"

: "${LIMIT:=2.3}"
: "${SCALE:=1}"

need_callgrind

failures=0
wanted=" $* "
cd -- "$work" || exit 1

# count OUT COMMAND...: sets instructions. The command may say that its input is wrong.
count() {
	count_out=$1
	shift
	rm -f "$count_out"
	valgrind --tool=callgrind --callgrind-out-file="$count_out" "$@" \
		>stdout 2>stderr </dev/null
	count_status=$?
	if [ "$count_status" -gt 1 ]; then
		printf '\n%s: exit status %d\n' "$*" "$count_status" >&2
		grep -v '^==' stderr | head -n 5 >&2
		exit 1
	fi
	instructions=$(sed -n 's/^summary: //p; s/^totals: //p' "$count_out" | head -n 1)
	[ -n "$instructions" ] || exit 1
}

prepare() {
	case $1 in
	includes)
		i=0
		while [ "$i" -lt "$2" ]; do
			printf 'gpu A%d { slot = "A%d"; }\n' "$i" "$i" >"$i.nv2i"
			i=$((i + 1))
		done
		;;
	same-include)
		echo '// nothing' >empty.nv2i
		;;
	esac
	generate "$1" "$2" "$3"
}

# row NAME KIND N COMMAND...: FILE among the command's words stands for the input.
row() {
	name=$1 kind=$2 n=$(($3 * SCALE))
	shift 3
	case $wanted in
	'  ') ;;
	*" $name "*) ;;
	*) return 0 ;;
	esac
	prepare "$kind" 1 one.nv2
	prepare "$kind" "$n" n.nv2
	prepare "$kind" $((2 * n)) 2n.nv2
	measured=
	for size in one n 2n; do
		progress "$name: $size"
		rm -rf out
		count "callgrind.$size" "$NV2DTC" "$@" "$size.nv2"
		measured="$measured $instructions"
	done
	# shellcheck disable=SC2086 # three numbers
	set -- $measured
	ratio=$(calc '%.2f' "($3 - $1) / ($2 - $1)")
	progress ''
	printf '%-22s %8d %10s %8s' "$name" "$n" "$(calc '%.1f' "$2 / 1000000")" "$ratio"
	if [ "$(calc '%d' "($ratio > $LIMIT)")" -eq 1 ]; then
		failures=$((failures + 1))
		printf '  more than %s\n' "$LIMIT"
	else
		printf '\n'
	fi
	growth callgrind.n callgrind.2n "$instructions"
}

printf '%-22s %8s %10s %8s\n' what n 'n, M instr' '2n / n'

quiet='-Wno-gpu-unwired -Wno-board-empty'
# shellcheck disable=SC2086 # words
{
	row boards boards 500 check
	row links links 3000 check $quiet
	row gpus gpus 2000 check $quiet
	row labels labels 1000 check $quiet
	row amendments amendments 3000 check
	row guests guests 400 check
	row guests-by-name guests-by-name 400 check
	row includes includes 400 check $quiet
	row same-include same-include 1500 check
	row sum sum 10000 check $quiet
	row choice choice 1000 check $quiet
	row minus minus 4000 check $quiet
	row strings strings 5000 check
	row cells cells 20000 check $quiet
	row bytes bytes 20000 check $quiet
	row raw-strings raw-strings 10000 check $quiet
	row raw-properties raw-properties 1500 check $quiet
	row comments comments 5000 check
	row blanks blanks 100000 check
	row boards-on-a-line boards-on-a-line 1000 check $quiet

	row fmt-boards boards 500 fmt
	row fmt-links links 3000 fmt
	row fmt-comments comments 3000 fmt
	row fmt-blanks blanks 100000 fmt
	row fmt-sum sum 5000 fmt
	row fmt-strings strings 3000 fmt
	row fmt-cells cells 10000 fmt
	row fmt-raw-properties raw-properties 3000 fmt
	row fmt-boards-on-a-line boards-on-a-line 1000 fmt

	row show boards 100 show
	row show-json boards 100 show --json
	row compile-overlays boards 60 compile --emit host-fw,host-os -o out
	row compile-dts boards 60 compile --emit dts -o out
	row compile-plan boards 500 compile --emit plan -o out
	row compile-bundles boards 60 compile --emit bundle -o out
	row compile-bundle links 3000 compile --emit bundle $quiet -o out
	row compile-all guests 30 compile -MD -o out

	row bad-syntax bad-syntax 1500 check
	row bad-names bad-names 1500 check
	row bad-both bad-both 600 check
	row bad-bricks bad-bricks 1500 check
	row bad-slots bad-slots 1500 check
	row bad-labels bad-labels 1500 check
	row bad-npus bad-npus 1000 check
	row bad-line bad-line 1000 check --diagnostics=json
	row bad-line-sarif bad-line 1000 check --diagnostics=sarif
	row bad-names-json bad-names 1000 check --diagnostics=json
	row bad-ports bad-ports 2000 check
	row bad-devices bad-devices 2000 check
	row bad-phbs bad-phbs 2000 check
	row bad-properties bad-properties 1500 check
	row bad-raw-properties bad-raw-properties 1000 check
}
progress ''

[ "$failures" -eq 0 ] && exit 0
printf '%d of the rows grow faster than their input.\n' "$failures"
exit 1
