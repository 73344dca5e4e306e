#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# run.sh SOURCE BUILD SECONDS TARGET...: runs libFuzzer on each target in turn
# and prints what it did. SOURCE has corpus/TARGET and dict/TARGET.dict; BUILD has
# libfuzzer/TARGET and gets found/TARGET (what libFuzzer keeps, used again the next time)
# and crash/TARGET. The seconds are those of all targets together.
#
# Exit status: 0 nothing was found, 1 something was, 2 usage.

set -u
LC_ALL=C
export LC_ALL

if [ $# -lt 4 ]; then
	echo 'usage: run.sh SOURCE BUILD SECONDS TARGET...' >&2
	exit 2
fi
source=$(cd -- "$1" && pwd) || exit 2
build=$2
seconds=$3
shift 3
case $seconds in
'' | *[!0-9]* | 0*)
	printf 'fuzz: SECONDS must be a number, not "%s"\n' "$seconds" >&2
	exit 2
	;;
esac
# Target directory makes thousands of directories: in memory, if it can.
[ ! -d /dev/shm ] || TMPDIR=/dev/shm
export TMPDIR
each=$((seconds / $#))
[ "$each" -gt 0 ] || each=1

# What is larger than the seeds by much is slow, and shows nothing more.
longest() {
	case $1 in
	boot) echo 65000 ;;
	verify | merge | import | tree) echo 32000 ;;
	*) echo 8192 ;;
	esac
}

# stat NAME LOG: a number of libFuzzer's final statistics
stat_of() {
	sed -n "s/^stat::$1: *//p" "$2" | tail -n 1
}

# progress TEXT: on a terminal only
progress() {
	[ ! -t 2 ] || printf '\r\033[K%s' "$1" >&2
}

# coverage WORD LOG: edges (cov) or features (ft) of libFuzzer's last status line
coverage() {
	sed -n "s/^#.* $1: \([0-9]*\) .*/\1/p" "$2" | tail -n 1
}

found=0
printf '%-10s %12s %8s %9s %9s %7s %8s\n' target executions exec/s edges features corpus crashes
for target in "$@"; do
	program=$build/libfuzzer/$target
	log=$build/libfuzzer/$target.log
	corpus=$build/found/$target
	crash=$build/crash/$target
	if [ ! -x "$program" ]; then
		progress ''
		printf 'fuzz: there is no target %s\n' "$target" >&2
		exit 2
	fi
	mkdir -p "$corpus" "$crash" || exit 2
	set -- -max_total_time="$each" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-max_len="$(longest "$target")" -artifact_prefix="$crash/" "$corpus"
	[ ! -d "$source/corpus/$target" ] || set -- "$@" "$source/corpus/$target"
	[ ! -f "$source/dict/$target.dict" ] || set -- -dict="$source/dict/$target.dict" "$@"
	progress "$target: $each s"
	# Out of memory is a status of the compiler's own, and no finding of its own.
	ASAN_OPTIONS=allocator_may_return_null=1 "$program" "$@" >"$log" 2>&1 </dev/null
	status=$?
	progress ''
	crashes=0
	[ "$status" -eq 0 ] || crashes=1
	printf '%-10s %12s %8s %9s %9s %7s %8d\n' "$target" \
		"$(stat_of number_of_executed_units "$log")" \
		"$(stat_of average_exec_per_sec "$log")" \
		"$(coverage cov "$log")" "$(coverage ft "$log")" \
		"$(find "$corpus" -type f | wc -l)" "$crashes"
	if [ "$status" -ne 0 ]; then
		found=1
		grep -e 'ERROR: ' -e 'runtime error: ' -e 'broken: ' "$log" | head -n 5 | sed 's/^/  /'
		input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
		printf '  the whole of it: %s\n' "$log"
		[ -z "$input" ] || printf '  to repeat it:    %s %s\n' "$program" "$input"
	fi
done
exit "$found"
