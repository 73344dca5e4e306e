# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
#
# What every script in a machine needs. Results go to /out/tap.

overlays=/sys/kernel/config/device-tree/overlays
results=0

ok() {
	results=$((results + 1))
	printf 'ok - %s\n' "$1" >>/out/tap
}

not_ok() {
	results=$((results + 1))
	printf 'not ok - %s\n' "$1" >>/out/tap
	shift
	[ $# -eq 0 ] || printf '%s\n' "$*" | sed 's/^/#   /' >>/out/tap
}

# equal NAME EXPECTED ACTUAL
equal() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "expected: $2
found: $3"
	fi
}

# has NAME PART TEXT
has() {
	case $3 in
	*"$2"*) ok "$1" ;;
	*) not_ok "$1" "expected to see: $2
found: $3" ;;
	esac
}

# check NAME COMMAND...
check() {
	check_name=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		ok "$check_name"
	else
		not_ok "$check_name" "exit status $?: $*
$(head -c 2000 /tmp/check)"
	fi
}

check_not() {
	check_name=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		not_ok "$check_name" "did not fail: $*"
	else
		ok "$check_name"
	fi
}

# tree: the live tree as a line for each node and property, sorted
tree() {
	look tree
}

# put NAME FILE: makes an item and writes the overlay to it in one piece
put() {
	mkdir "$overlays/$1" && dd if="$2" of="$overlays/$1/dtbo" bs=1M 2>/dev/null
}

status() {
	cat "$overlays/$1/status"
}

error() {
	cat "$overlays/$1/error"
}

finish() {
	printf 'done %d\n' "$results" >>/out/tap
}
