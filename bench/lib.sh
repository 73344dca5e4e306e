# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
#
# What the measurements share: where things are, a private directory, wiring
# files of any size. Sourced first.

set -u
LC_ALL=C
export LC_ALL
unset CDPATH

srcdir=$(cd -- "${srcdir:-$(dirname -- "$0")/..}" && pwd) || exit 1
builddir=$(cd -- "${builddir:-$srcdir/build}" && pwd) || exit 1
: "${NV2DTC:=$builddir/nv2dtc}"
: "${CC:=cc}"

if [ ! -x "$NV2DTC" ]; then
	printf '%s: there is no program %s\n' "$0" "$NV2DTC" >&2
	exit 1
fi

# In memory where that has 1 GiB free: what making a file costs is up to the file system alone.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
	[ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -gt 1048576 ] 2>/dev/null; then
	TMPDIR=/dev/shm
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/nv2dtc-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# progress TEXT: what is being done; for people at a terminal only.
progress() {
	[ -t 2 ] || return 0
	printf '\r\033[K%s' "$1" >&2
}

# generate KIND N FILE
generate() {
	awk -v kind="$1" -v n="$2" -f "$srcdir/bench/generate.awk" </dev/null >"$3"
}

# calc FORMAT EXPRESSION: one number. The words are ours, never input's.
calc() {
	awk "BEGIN { printf \"$1\", $2 }"
}

# Ends the run where instructions cannot be counted.
need_callgrind() {
	for tool in valgrind callgrind_annotate; do
		command -v "$tool" >/dev/null || {
			printf '%s: %s is needed: install valgrind\n' "$0" "$tool" >&2
			exit 1
		}
	done
}

# Instructions of each function itself: "COUNT NAME".
functions() {
	callgrind_annotate --auto=no --threshold=99.9 "$1" 2>/dev/null | awk '
		$1 ~ /^[0-9,]+$/ && $2 ~ /^\(/ && /:/ {
			number = $1
			gsub(/,/, "", number)
			name = $0
			sub(/^[^:]*:/, "", name)
			sub(/ \[.*/, "", name)
			sub(/\x27.*/, "", name)
			counts[name] += number
		}
		END { for (name in counts) print counts[name], name }'
}

# growth N-OUT 2N-OUT INSTRUCTIONS: functions that grew three times or more and have a share
# of all instructions of the run with 2N.
growth() {
	functions "$1" >functions.n
	functions "$2" >functions.2n
	awk -v total="$3" '
		NR == FNR { name = $0; sub(/^[0-9]+ /, "", name); before[name] = $1; next }
		{
			name = $0
			sub(/^[0-9]+ /, "", name)
			if (name in before && $1 > 3 * before[name] && $1 > total / 100)
				printf "    %5.1f %% %-32s %.2f\n", 100 * $1 / total, name,
					$1 / before[name]
		}' functions.n functions.2n | sort -rn
}
