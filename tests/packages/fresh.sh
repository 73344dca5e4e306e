#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# usage: fresh.sh SOURCE   (make check-packages)
#
# The tutorial on a fresh Debian 12, from SOURCE, an unpacked tarball: the packages
# are built in one, and installed and used in another that has nothing of what
# built them. Both are made from the package sources that apt has here. Takes
# some fifteen minutes, most of it for the tests; DEB_BUILD_OPTIONS=nocheck leaves
# these out. Logs are beside SOURCE. The last line is the total.

# shellcheck source=tests/lib.sh
. "${srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

source=$1
name=${source##*/}
release=bookworm
arch=$(dpkg --print-architecture 2>/dev/null)
log=$work/log
skipped=0

total() {
	printf '%d passed, %d failed, %d skipped\n' $((count - failed - skipped)) "$failed" "$skipped"
	[ "$failed" -eq 0 ]
	exit
}

give_up() {
	echo "skipped: $1"
	skip 'packages on a fresh Debian 12' "$1"
	skipped=1
	total
}

for tool in mmdebstrap unshare lintian; do
	command -v "$tool" >/dev/null || give_up "$tool is missing: ./quickstart install packages"
done
[ "$(id -u)" -eq 0 ] || give_up 'making a system needs root'

# One line of sources.list for each of Debian's own; others that are configured here are not.
# The dollar signs are apt's.
# shellcheck disable=SC2016
apt-get indextargets --format '$(ORIGIN)|deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
	'Created-By: Packages' 2>/dev/null |
	sed -n "s/^Debian|\(deb [^ ]* ${release}[^ ]* .*\)/\1/p" | sort -u >"$work/sources.list"
grep -q " $release " "$work/sources.list" || give_up "apt has no sources of $release here"
apt-config dump | sed -n 's/^\(Acquire::https\{0,1\}::[Pp]roxy .*\)/\1/p' >"$work/proxy"

# Mounts are in a namespace of their own, and end with it.
# inside ROOT COMMAND...: as root
inside() {
	root=$1
	shift
	# The expressions are for the inner shell.
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child sh -c '
		mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
		root=$0 && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive DEB_BUILD_OPTIONS="$DEB_BUILD_OPTIONS" chroot $NV2_AS "$root" "$@"' \
		"$root" "$@" </dev/null
}
NV2_AS=
: "${DEB_BUILD_OPTIONS:=}"
export NV2_AS DEB_BUILD_OPTIONS

# follows ROOT WHAT DIR: the commands of the documentation that are for WHAT.
follows() {
	# shellcheck disable=SC2016 # for the inner shell
	inside "$1" sh -c 'cd "$1" && NV2_DOCS=$2 NV2_DOCS_LOG=/tmp/$2.log NV2DTC=$3 srcdir=/src/$4 \
		builddir=/tmp TMPDIR=/tmp exec sh "/src/$4/tests/docs.test"' sh "$3" "$2" "$4" "$name" >"$log" 2>&1
	follows_status=$?
	cp "$1/tmp/$2.log" "${source%/*}" 2>/dev/null
	grep -q '^1\.\.[1-9]' "$log" || {
		not_ok "$2: the tests ended with status $follows_status"
		tail -n 40 "$log" | sed 's/^/#   /'
	}
	sed -n 's/^\(not ok\|ok\) [0-9]* - /\1|/p; s/^#/#|#/p' "$log" >"$work/lines"
	while IFS='|' read -r kind line; do
		case $kind in
		ok) ok "$2: $line" ;;
		'not ok') not_ok "$2: $line" ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$work/lines"
}

# done_in NAME ROOT COMMAND...: it succeeds
done_in() {
	done_name=$1
	shift
	if inside "$@" >"$log" 2>&1; then
		ok "$done_name"
	else
		not_ok "$done_name"
		tail -n 40 "$log" | sed 's/^/#   /'
	fi
}

# --- the systems -------------------------------------------------------------------

echo "# making a Debian $release"
sed 's/^/--aptopt=/' "$work/proxy" >"$work/options"
set --
while IFS= read -r option; do
	set -- "$@" "$option"
done <"$work/options"
if ! mmdebstrap --mode=root --variant=apt --skip=cleanup/apt "$@" "$release" "$work/base.tar" \
	<"$work/sources.list" >"$log" 2>&1; then
	if grep -q -i -E 'resolv|connect|timed out|unreachable' "$log"; then
		give_up 'the package sources cannot be reached'
	fi
	not_ok 'a fresh Debian'
	tail -n 40 "$log"
	total
fi

# system ROOT: with the source in it
system() {
	mkdir "$1"
	tar -xf "$work/base.tar" -C "$1"
	cp -L /etc/resolv.conf "$1/etc/resolv.conf"
	mkdir "$1/src"
	cp -a "$source" "$1/src/$name"
	# Nothing is to be started in there.
	printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
	chmod +x "$1/usr/sbin/policy-rc.d"
}
builder=$work/builder
user=$work/user
system "$builder"

# --- build ---------------------------------------------------------------------------

echo '# building the packages'
follows "$builder" build "/src/$name" /bin/true
[ -e "$builder/src/nv2dtc_${name#nv2dtc-}_$arch.deb" ] || total

mkdir "$builder/again"
cp -a "$source" "$builder/again/other-$name"
done_in 'builds in another place' "$builder" sh -c \
	"cd /again/other-$name && DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -us -uc"
for package in "$builder"/src/*.deb; do
	same "reproducible: ${package##*/}" "$package" "$builder/again/${package##*/}"
done

# Those of the second build have the source as well.
check 'lintian' lintian --allow-root -i -I --pedantic --fail-on error,warning \
	"$builder"/src/*.changes "$builder"/again/*.changes

# --- install and use -----------------------------------------------------------------

echo '# installing and using them'
system "$user"
cp "$builder"/src/*.deb "$user/src"
cp "$builder"/var/cache/apt/archives/*.deb "$user/var/cache/apt/archives" 2>/dev/null
rm -rf "$builder"
follows "$user" install "/src/$name" /bin/true
check 'nothing is enabled' test ! -e \
	"$user/etc/systemd/system/sysinit.target.wants/nv2boot.service"

NV2_AS=--userspec=1000:1000
follows "$user" installed /tmp /usr/bin/nv2dtc
NV2_AS=

# Tests of installed packages, with what they ask for.
# control NAME: what debian/tests/control says it depends on
control() {
	awk -v test="$1" '$1 == "Tests:" { on = $2 == test } on && $1 == "Depends:" { $1 = ""; print }' \
		"$source/debian/tests/control" | tr -d ','
}
for script in "$source"/debian/tests/*; do
	script=${script##*/}
	[ "$script" != control ] || continue
	done_in "autopkgtest $script" "$user" sh -c "
		for package in $(control "$script"); do
			[ ! -e /src/\${package}_*_$arch.deb ] || package=\$(echo /src/\${package}_*_$arch.deb)
			set -- \"\$@\" \"\$package\"
		done
		apt-get install -y --no-install-recommends \"\$@\" &&
			mkdir -p '/tmp/$script' &&
			cd '/src/$name' && AUTOPKGTEST_TMP='/tmp/$script' sh 'debian/tests/$script'"
done

# Debian's kernels have no CONFIG_OF_OVERLAY: the module is not built, and nothing fails.
done_in 'nv2boot-dkms installs beside a kernel of Debian' "$user" sh -c \
	"apt-get install -y --no-install-recommends linux-headers-$arch /src/nv2boot-dkms_*_all.deb"
check 'and says why it is not built' grep -q BUILD_EXCLUSIVE "$log"
equal 'and is passed over there' '' \
	"$(find "$user/lib/modules" -name 'nv2_overlay.ko*' 2>/dev/null)"
check 'and DKMS knows it' inside "$user" sh -c 'dkms status | grep -q "^nv2-overlay/.*added"'

# What it would remember of a machine that has a bundle.
mkdir -p "$user/var/lib/nv2boot" && echo 1 >"$user/var/lib/nv2boot/attempts"
done_in 'all can be purged' "$user" apt-get purge -y nv2dtc nv2boot nv2boot-dkms libnv2boot-dev
equal 'and nothing is left' '' "$(inside "$user" sh -c 'ls -d /etc/petitboot /var/lib/dkms/nv2* 2>/dev/null
	find /etc /usr /lib /var -name "*nv2*" ! -path "/usr/src/linux-*" ! -path "/var/log/*" \
		! -path "/var/cache/*"')"

total
