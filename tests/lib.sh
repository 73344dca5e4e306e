# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
#
# What every test script needs: where things are, a private directory, and
# TAP. Sourced first; done_testing comes last. With REWRITE=1, goldens are
# written instead of compared.

set -u
umask 022
LC_ALL=C
export LC_ALL
unset CDPATH NO_COLOR MAKEFLAGS MAKELEVEL

srcdir=$(cd -- "${srcdir:-$(dirname -- "$0")/..}" && pwd) || exit 1
builddir=$(cd -- "${builddir:-$srcdir/build}" && pwd) || exit 1
: "${NV2DTC:=$builddir/nv2dtc}"
: "${REWRITE:=}"
# shellcheck disable=SC2034 # for the scripts
golden=$srcdir/tests/golden

if [ ! -x "$NV2DTC" ]; then
	printf 'Bail out! there is no program %s\n' "$NV2DTC"
	exit 1
fi

count=0
failed=0
status=0
golden_status=0

work=$(mktemp -d "${TMPDIR:-/tmp}/nv2dtc test.XXXXXX") || exit 1

# A test that mounts something adds its own cleaning up.
clean_up() {
	:
}

leave() {
	clean_up
	chmod -R u+rwX "$work"
	rm -rf "$work"
}

trap leave EXIT
trap 'exit 1' HUP INT TERM

echo 'TAP version 13'

ok() {
	count=$((count + 1))
	printf 'ok %d - %s\n' "$count" "$1"
}

not_ok() {
	count=$((count + 1))
	failed=$((failed + 1))
	printf 'not ok %d - %s\n' "$count" "$1"
}

# skip NAME REASON
skip() {
	count=$((count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$count" "$1" "$2"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# Shows the start of a file as TAP comments.
comment() {
	[ -s "$1" ] || return 0
	sed 's/^/#   /; 40q' "$1"
	comment_lines=$(wc -l <"$1")
	[ "$comment_lines" -le 40 ] || printf '#   ... %d lines in all\n' "$comment_lines"
}

# check NAME COMMAND...: the command succeeds.
check() {
	check_name=$1
	shift
	if "$@" >"$work/check.log" 2>&1; then
		ok "$check_name"
	else
		not_ok "$check_name"
		printf '# failed: %s\n' "$*"
		comment "$work/check.log"
	fi
}

# check_not NAME COMMAND...: the command fails, and not by a signal.
check_not() {
	check_name=$1
	shift
	"$@" >"$work/check.log" 2>&1
	check_status=$?
	if [ "$check_status" -ne 0 ] && [ "$check_status" -lt 126 ]; then
		ok "$check_name"
	else
		not_ok "$check_name"
		printf '# exit status %d: %s\n' "$check_status" "$*"
		comment "$work/check.log"
	fi
}

# same NAME EXPECTED ACTUAL: two files are equal.
same() {
	if cmp -s -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1"
		diff -u -- "$2" "$3" >"$work/check.log" 2>&1
		comment "$work/check.log"
	fi
}

# equal NAME EXPECTED ACTUAL: two strings are equal.
equal() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		printf '%s\n' "$2" >"$work/expected.log"
		printf '%s\n' "$3" >"$work/actual.log"
		diff -u -- "$work/expected.log" "$work/actual.log" >"$work/check.log"
		comment "$work/check.log"
	fi
}

# same_golden NAME GOLDEN ACTUAL: as `same`; a golden that is not there means "empty". Rewrites
# goldens only of runs that ended as expected: $status is $golden_status.
same_golden() {
	if [ -n "$REWRITE" ] && [ "$status" = "$golden_status" ]; then
		if [ -s "$3" ]; then
			cmp -s -- "$2" "$3" || cp -- "$3" "$2"
		else
			rm -f -- "$2"
		fi
	fi
	if [ -e "$2" ]; then
		same "$1" "$2" "$3"
	else
		same "$1" /dev/null "$3"
	fi
}

# run ARGUMENT...: the program, with its output in $work/out and $work/err and its exit status in
# $status.
run() {
	"$NV2DTC" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# Shell words from the `// args: ...` line that a case may start with.
case_args() {
	tr -d '\r' <"$1" | sed -n '1s,^// args: ,,p'
}

# expect NAME STATUS ARGUMENT...: the program's exit status is STATUS, and it says something on
# standard error if that is not 0.
expect() {
	expect_name=$1
	expect_status=$2
	shift 2
	run "$@"
	if [ "$status" -ne "$expect_status" ]; then
		not_ok "$expect_name"
		printf '# exit status %d, expected %d\n' "$status" "$expect_status"
		comment "$work/err"
	elif [ "$status" -ne 0 ] && [ ! -s "$work/err" ]; then
		not_ok "$expect_name"
		echo '# no message'
	else
		ok "$expect_name"
	fi
}

# flatten DTB: its nodes and properties, one a line, sorted; what refers to nodes as their paths,
# so that trees with other phandles can be compared.
flatten() {
	dtc -q -I dtb -O dts -s "$1" | awk '
	/^[ \t]*[^ \t]+ [{]$/ {
		path = $1 == "/" ? "" : path "/" $1
		print path "/"
		next
	}
	/^[ \t]*[}];$/ { sub(/\/[^\/]*$/, "", path); next }
	/^[ \t]/ {
		name = $1
		sub(/;$/, "", name)
		value = ""
		if ($2 == "=") {
			value = $0
			sub(/^[ \t]*[^ \t]+ = /, "", value)
			sub(/;$/, "", value)
		}
		n++
		where[n] = path "/"
		names[n] = name
		values[n] = value
		if (name == "phandle" && !(value in node))
			node[value] = path
	}
	END {
		for (i = 1; i <= n; i++) {
			if (names[i] ~ /phandle$/)
				continue
			if (names[i] ~ /^(memory-region|ibm,(nvlink|gpu|npu|nvlink-peers|npcq|pcie-slot))$/) {
				count = split(substr(values[i], 2, length(values[i]) - 2), cells)
				values[i] = ""
				for (j = 1; j <= count; j++) {
					cell = "<" cells[j] ">"
					values[i] = values[i] (j > 1 ? " " : "") \
						(cell in node ? "&" node[cell] : cells[j])
				}
			}
			print where[i] " " names[i] (values[i] == "" ? "" : " = " values[i])
		}
	}' | sort
}

# silent NAME COMMAND...: the command succeeds and prints nothing.
silent() {
	check_name=$1
	shift
	"$@" >"$work/check.log" 2>&1
	check_status=$?
	if [ "$check_status" -eq 0 ] && [ ! -s "$work/check.log" ]; then
		ok "$check_name"
	else
		not_ok "$check_name"
		printf '# exit status %d: %s\n' "$check_status" "$*"
		comment "$work/check.log"
	fi
}

done_testing() {
	printf '1..%d\n' "$count"
	[ "$failed" -eq 0 ]
	exit
}
