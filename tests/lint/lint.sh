#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# What programs that read programs find in this tree: clang-tidy, cppcheck and
# gcc -fanalyzer in its C, shellcheck in its scripts, mandoc in its manuals. Prints
# what they find but for tests/lint/exceptions, then a line for each of them. An
# exception that nothing needs fails too.
#
# usage: lint.sh CPPFLAG... (those of the build), in the build directory

set -u
LC_ALL=C
export LC_ALL
builddir=$(pwd -P)
srcdir=$(cd -- "${srcdir:-$(dirname -- "$0")/../..}" && pwd -P) || exit 1
cd -- "$srcdir" || exit 1
jobs=$(nproc 2>/dev/null || echo 2)
here=tests/lint

work=$(mktemp -d "${TMPDIR:-/tmp}/nv2-lint.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export work builddir

passed=0
failed=0
skipped=0
ran=' '

#
# What there is to read. Nothing that was made, nor of build directories.
#

all_files() {
	find . \( -name .git -o -name build-aux -o -name autom4te.cache -o -name golden -o \
		-type d ! -name . -exec test -f '{}/config.status' \; \) -prune -o \
		-type f ! -path './config*' ! -path ./aclocal.m4 -print | sed 's,^\./,,' | sort
}

# kmod/ and the modules of the rigs are of the kernel, whose headers are not here. libc.c is a libc.
c_files() {
	grep '\.c$' "$work/all" | grep -v -e '^kmod/' -e '^tests/rigs/drivers/' -e '^tests/rigs/variants/' |
		while IFS= read -r file; do
			[ -f "${file%.c}.l" ] || [ -f "${file%.c}.y" ] || printf '%s\n' "$file"
		done
}

scripts() {
	while IFS= read -r file; do
		IFS= read -r first <"$file"
		case $first in
		'#!'*/sh | '#!'*/sh' '* | '#!'*/bash | '#!'*' bash') printf '%s\n' "$file" ;;
		*) case $file in *.sh) printf '%s\n' "$file" ;; esac ;;
		esac
	done <"$work/all" 2>/dev/null
}

#
# The tools. Each writes lines as compilers do: FILE:LINE:COLUMN: KIND: TEXT [CHECK]
#

# each LIST COMMAND...: COMMAND with each file for FILE, as many at a time as there are
# processors. What two of them print must not mix.
each() {
	list=$1
	shift
	rm -rf "$work/parts"
	mkdir "$work/parts"
	# The dollar signs are the inner shell's.
	# shellcheck disable=SC2016
	xargs -P "$jobs" -I FILE sh -c 'file=$1
		shift
		"$@" >"$(mktemp "$work/parts/XXXXXX")" 2>&1 </dev/null ||
			echo "$file:1:1: error: the tool ended with status $? [exit]" \
				>"$(mktemp "$work/parts/XXXXXX")"' sh FILE "$@" <"$list"
	cat "$work"/parts/*
}

run_clang_tidy() {
	each "$work/c" clang-tidy --quiet FILE -- -std=c11 "$@"
}

# At -O2, where inlining shows it more paths than at -O1. gcc 12 takes whatever is kept in
# an array or a copied struct for lost; clang-tidy looks for leaks too, and does not.
run_gcc() {
	each "$work/c" gcc -std=c11 "$@" -O2 -Wall -Wextra -fanalyzer -Wno-analyzer-malloc-leak \
		-fdiagnostics-plain-output -c -o /dev/null FILE
}

# It reads no system headers; it has to be told of libfdt's loop and of Check's assertions. readdir() is safe where
# no two threads share a directory.
run_cppcheck() {
	for flag in "$@"; do
		shift
		case $flag in
		-[DI]*) set -- "$@" "$flag" ;;
		esac
	done
	cppcheck --quiet -j "$jobs" --std=c11 --library=posix --inconclusive \
		--enable=warning,portability,performance --inline-suppr \
		--suppress=readdirCalled --suppress=missingIncludeSystem \
		--template='{file}:{line}:{column}: {severity}: {message} [{id}]' \
		'-Dfdt_for_each_subnode(node,fdt,parent)=while ((node = next(fdt, parent)) > 0)' \
		'-Dck_assert_msg(expr,...)=if (!(expr)) abort()' \
		"$@" --file-list="$work/c" 2>&1 ||
		echo "src:1:1: error: cppcheck ended with status $? [exit]"
}

run_shellcheck() {
	each "$work/scripts" shellcheck -x -f gcc FILE | grep -v ':1:1: error: the tool ended with'
}

run_mandoc() {
	each "$work/manuals" mandoc -T lint -W warning FILE |
		sed -n 's/^mandoc: \(.*:[0-9]*:[0-9]*: [A-Z]*\): /\1: [mandoc] /p' |
		sed 's/ \[mandoc\] \(.*\)$/ \1 [mandoc]/'
}

#
# What they found
#

# judge TOOL LIST: reads its output. Adds the findings that are no exceptions to
# $work/found, and the numbers of the exceptions used to $work/used.
judge() {
	sed 's/^.*: \(fatal \)*error: .*[^]]$/& [error]/' | sed -n 's/^\(.*\):\([0-9][0-9]*\):\([0-9][0-9]*\): [a-zA-Z ]*: \(.*\) \[\([^] ]*\)\]$/\1\t\2\t\5\t\4/p' |
		sed -e "s,^$srcdir/,," | grep -v -e "^${builddir#"$srcdir/"}/" -e '^/' | sort -u |
		awk -F '\t' -v tool="$1" -v exceptions="$here/exceptions" \
			-v used="$work/used" -f "$here/judge.awk" >>"$work/found"
}

# tool NAME COMMAND PACKAGE LIST NOUN FLAG...
tool() {
	name=$1 command=$2 package=$3 list=$4 noun=$5
	shift 5
	count=$(wc -l <"$work/$list")
	: >"$work/found"
	if ! command -v "$command" >/dev/null; then
		echo "$name: skipped: there is no $command: ./quickstart install $package"
		skipped=$((skipped + 1))
		return
	fi
	ran="$ran$name "
	"run_$(echo "$name" | tr - _)" "$@" | judge "$name"
	cat "$work/found"
	findings=$(wc -l <"$work/found")
	echo "$name: $count $noun, $findings findings"
	if [ "$findings" -eq 0 ] && [ "$count" -gt 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
}

# An exception of a tool that did not run may still be needed.
judge_exceptions() {
	sort -un "$work/used" >"$work/used.sorted"
	awk -v ran="$ran" '
	FILENAME != ARGV[2] { used[$1] = 1; next }
	/^#/ || !NF { next }
	{ count++ }
	NF < 4 { printf "%s:%d: no reason\n", FILENAME, FNR; bad++; next }
	index(ran, " " $1 " ") && !(FNR in used) {
		printf "%s:%d: nothing needs it any more: %s %s %s\n", FILENAME, FNR, $1, $2, $3
		bad++
	}
	END {
		printf "exceptions: %d, %d of them not right\n", count, bad
		exit bad > 0
	}' "$work/used.sorted" "$here/exceptions"
}

all_files >"$work/all"
c_files >"$work/c"
scripts >"$work/scripts"
grep '^man/.*\.[1-8]$' "$work/all" >"$work/manuals"
: >"$work/used"

# Where the flags name the build directory, they do so from there.
for flag in "$@"; do
	shift
	case $flag in
	-I/*) ;;
	-I*) flag=-I$(cd -- "$builddir" && cd -- "${flag#-I}" 2>/dev/null && pwd -P) ;;
	esac
	[ "$flag" = -I ] || set -- "$@" "$flag"
done
set -- "-I$builddir" "-I$srcdir/examples/firmware" "$@"

tool clang-tidy clang-tidy lint c files "$@"
tool cppcheck cppcheck lint c files "$@"
tool gcc gcc build c files "$@"
tool shellcheck shellcheck lint scripts scripts
tool mandoc mandoc lint manuals manuals
if judge_exceptions; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
