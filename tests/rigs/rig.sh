# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
#
# What every rig needs: where things are, a private directory, time limits,
# and results. Sourced first.

set -u
umask 022
LC_ALL=C
export LC_ALL
unset CDPATH MAKEFLAGS MAKELEVEL

rigs=$(cd -- "$(dirname -- "$0")" && pwd) || exit 1
top=$(cd -- "$rigs/../.." && pwd) || exit 1
# shellcheck disable=SC2034 # for the scripts
builddir=${builddir:-$top/build}
cache=${NV2_RIG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nv2dtc-rigs}
# shellcheck disable=SC2034
jobs=$(nproc 2>/dev/null || echo 2)

say() {
	printf '%s\n' "$*"
}

# Exit status of what cannot be run here, as automake has it.
cannot=77

# limited SECONDS LOG COMMAND...: quietly, never longer than that
limited() {
	seconds=$1
	log=$2
	shift 2
	timeout --kill-after=10 "$seconds" "$@" >"$log" 2>&1 </dev/null &
	running=$!
	wait "$running"
	limited_status=$?
	running=
	if [ "$limited_status" -eq 124 ] || [ "$limited_status" -eq 137 ]; then
		printf '\nstopped after %d s\n' "$seconds" >>"$log"
	fi
	return "$limited_status"
}

# show_end LOG: its last lines, as comments of a TAP stream
show_end() {
	printf '# the end of %s:\n' "$1"
	tail -n 25 "$1" | sed 's/^/#   /'
}

# What has to end with this script: lanes, which are other shells of it, and the
# program that is waited for, in the background so that signals are not kept waiting.
lanes=
running=
stop_running() {
	# Words.
	# shellcheck disable=SC2086
	kill $lanes $running 2>/dev/null
	exit 1
}
trap stop_running HUP INT TERM

# begin_rig: a directory that goes with the script, and a log directory that stays
begin_rig() {
	rig=$(basename -- "$0" .sh)
	# A kernel's command line has no way to quote a space.
	case ${TMPDIR:-/tmp} in
	*[[:space:]]*) TMPDIR=/tmp ;;
	esac
	work=$(mktemp -d "${TMPDIR:-/tmp}/nv2dtc-rig.XXXXXX") || exit 1
	trap 'rm -rf -- "$work"' EXIT
	logs=${NV2_RIG_LOGS:-$cache/logs}/$rig
	rm -rf -- "$logs"
	mkdir -p -- "$logs" || exit 1
	passed=0
	failed=0
	skipped=0
}

pass() {
	passed=$((passed + 1))
	printf 'ok - %s: %s\n' "$rig" "$1"
}

fail() {
	failed=$((failed + 1))
	printf 'not ok - %s: %s\n' "$rig" "$1"
}

# skip WHAT REASON
skip() {
	skipped=$((skipped + 1))
	printf 'skipped: %s: %s: %s\n' "$rig" "$1" "$2"
}

# check NAME COMMAND...: the command succeeds
check() {
	check_name=$1
	shift
	if "$@" >"$work/check.log" 2>&1; then
		pass "$check_name"
	else
		fail "$check_name"
		sed 's/^/#   /; 30q' "$work/check.log"
	fi
}

# same NAME EXPECTED ACTUAL: two files are equal
same() {
	if [ -f "$2" ] && [ -f "$3" ] && diff -u -- "$2" "$3" >"$work/check.log" 2>&1; then
		pass "$1"
	else
		fail "$1"
		sed 's/^/#   /; 30q' "$work/check.log"
	fi
}

# collect TAP WHAT: results of a script that ran in the machine; its last line is "done N"
collect() {
	if [ ! -f "$1" ]; then
		fail "$2: the machine wrote no results"
		return
	fi
	while IFS= read -r line; do
		case $line in
		'ok - '*) pass "${line#ok - }" ;;
		'not ok - '*) fail "${line#not ok - }" ;;
		'skip - '*) skip "$2" "${line#skip - }" ;;
		'#'*) say "$line" ;;
		esac
	done <"$1"
	if [ "$(tail -n 1 -- "$1")" != "done $(grep -cE '^(not )?ok - ' -- "$1")" ]; then
		fail "$2: the script in the machine did not come to its end"
	fi
}

# end_rig: the totals, for run.sh
end_rig() {
	printf '# %s: %d passed, %d failed, %d skipped\n' "$rig" "$passed" "$failed" "$skipped"
	[ "$failed" -eq 0 ]
	exit
}

# cannot_run REASON: nothing of this rig can be run here
cannot_run() {
	skip "all of it" "$1"
	printf '# %s: %d passed, %d failed, %d skipped\n' "$rig" "$passed" "$failed" "$skipped"
	exit "$cannot"
}

# build WHAT...: has it made; the directories are then what `built WHAT` prints
build() {
	"$rigs/build.sh" "$@"
	build_status=$?
	[ "$build_status" -ne "$cannot" ] || cannot_run 'what it needs cannot be had here, see above'
	if [ "$build_status" -ne 0 ]; then
		fail "building $*"
		end_rig
	fi
}

# built WHAT: the directory of something built
built() {
	readlink -f -- "$cache/current/$1"
}

# make_root DIRECTORY ROOT MODULES: what every machine has; ROOT and MODULES are
# directories of build.sh
make_root() {
	for directory in proc sys dev tmp run out scripts modules data; do
		mkdir -p -- "$1/$directory"
	done
	cp -R -- "$2/bin" "$1/"
	[ ! -d "$2/lib64" ] || cp -R -- "$2/lib64" "$1/"
	busybox --list | while IFS= read -r applet; do
		[ -e "$1/bin/$applet" ] || ln -s busybox "$1/bin/$applet"
	done
	cp -- "$rigs/inside/init" "$1/init"
	cp -- "$rigs/inside/"*.sh "$1/scripts/"
	find "$3" -name '*.ko' -exec cp -- '{}' "$1/modules/" ';'
}

# make_bad DATA GOOD: overlays that must be refused, with the words of the
# refusal in DATA/bad; GOOD is one that some of them are made from
make_bad() {
	# What is wrong with a bad one stands in its second line.
	for source in "$rigs"/overlays/*.dts; do
		name=$(basename -- "$source" .dts)
		dtc -q -f -I dts -O dtb -o "$1/$name.dtbo" "$source" 2>/dev/null || return 1
		sed -n "2s,^// ,$name ,p" "$source"
	done >"$1/bad"
	head -c 2000 "$2" >"$1/truncated.dtbo"
	echo 'truncated truncated' >>"$1/bad"
	head -c 1000 "$rigs/rig.sh" >"$1/junk.dtbo"
	echo 'junk this is no device tree blob' >>"$1/bad"
	head -c 39 "$2" >"$1/header.dtbo"
	echo 'header too few' >>"$1/bad"
}

# clean_log NAME DIRECTORY: no warning of the kernel in its log but those that
# every overlay with properties for old nodes brings
clean_log() {
	if [ ! -s "$2/dmesg" ]; then
		fail "$1: there is no log of the kernel"
	elif grep -E 'WARNING|BUG|Oops|ERROR|possible (circular|recursive)|leak|Call Trace|suspicious' \
		"$2/dmesg" | grep -v 'memory leak will occur if overlay removed' \
		>"$work/warnings"; then
		fail "$1: the kernel warns"
		sed 's/^/#   /; 20q' "$work/warnings"
	else
		pass "$1: the kernel's log has no warning"
	fi
}

# place_nv2boot ROOT ARCH: builds ours for a machine; NV2_RIG_NV2BOOT_uml and
# NV2_RIG_NV2BOOT_ppc64le name static programs that are taken instead
place_nv2boot() {
	eval "ready=\${NV2_RIG_NV2BOOT_$2-}"
	if [ -z "$ready" ]; then
		build "$2-nv2boot"
		ready=$(built "$2-nv2boot")/nv2boot
	fi
	cp -- "$ready" "$1/bin/nv2boot"
}

# make_initrd ROOT FILE
make_initrd() {
	(cd -- "$1" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$2"
}

# boot_ppc SECONDS NAME SCRIPT ARGUMENT...: a machine of qemu-system-ppc64 that
# runs a script; what it says is then in $logs/NAME. Some of these machines do
# not end by themselves.
boot_ppc() {
	seconds=$1
	out=$logs/$2
	script=$3
	shift 3
	rm -rf -- "$out"
	mkdir -p -- "$out"
	: >"$out/console"
	timeout --kill-after=5 "$seconds" qemu-system-ppc64 -m 2G -nographic -vga none \
		-no-reboot -append "console=hvc0 panic=-1 nv2_script=$script" "$@" \
		>"$out/console" 2>&1 </dev/null &
	machine=$!
	running=$machine
	while kill -0 "$machine" 2>/dev/null; do
		if grep -aqE 'reboot: (Power down|System halted)|Rebooting in' "$out/console"; then
			sleep 0.2
			kill "$machine" 2>/dev/null
			break
		fi
		sleep 0.1
	done
	wait "$machine" 2>/dev/null
	running=
	# Firmware may speak in between: its lines, and the kernel's, begin with a time.
	sed -n '/^nv2 begin/,/^nv2 end/p' "$out/console" | tr -d '\r' | sed '1d;$d;/^\[/d' |
		base64 -d 2>/dev/null | tar -xz -C "$out" 2>/dev/null ||
		say "# the machine did not end well, see $out/console"
}

# flat DTB: one line for each node and property of it, sorted, without what no
# file has but the kernel's own, and without what it was told at boot
flat() {
	flatten "$1" | grep -v -e '/ name = ' -e '^/chosen/'
}

# flat_dir DIRECTORY: as flat, of a copy of /proc/device-tree
flat_dir() {
	dtc -q -I fs -O dtb -o "$work/flat.dtb" "$1" && flat "$work/flat.dtb"
}

# flatten(), as the tests have it
eval "$(sed -n '/^flatten() {/,/^}/p' "$top/tests/lib.sh")"
