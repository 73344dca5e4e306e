#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Builds what the rigs run, once: kernels from Debian's source, our module and
# the badly behaved ones for them, programs for the machines.
#
#   build.sh WHAT...
#
#   uml-kernel      User Mode Linux, for this machine
#   ppc64le-kernel  one kernel for powernv and pseries
#   ppc64le-second  the same with a root in it: kexec takes no other with a tree
#   uml-modules     kmod/, drivers/ and variants/ for the first
#   ppc64le-modules kmod/ and drivers/ for the second
#   uml-root        programs for the first: busybox
#   ppc64le-root    programs for the second: busybox, kexec
#   uml-nv2boot     ours, for the first
#   ppc64le-nv2boot and for the second
#   uml-mutate      what compares merge with the kernel, for the first
#
# All is kept in $NV2_RIG_CACHE (~/.cache/nv2dtc-rigs), each in a directory
# named by a hash of what it is made from; current/WHAT leads to it.
#
# Exit status: 0 built, 1 a build failed, 77 something for it cannot be had here.

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"

source_archive=${NV2_LINUX_ARCHIVE:-/usr/src/linux-source-6.1.tar.xz}
triplet=powerpc64le-linux-gnu
cross=$triplet-

cannot_build() {
	say "skipped: $what: $1"
	exit "$cannot"
}

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 || cannot_build "there is no program $tool"
	done
}

# hash_of WORD... <FILES: of words and of everything on standard input
hash_of() {
	{
		printf '%s\n' "$@"
		cat
	} | sha256sum | cut -c1-16
}

# step SECONDS NAME COMMAND...: one step of a build, with its log beside what is built
step() {
	step_seconds=$1
	step_name=$2
	shift 2
	mkdir -p -- "$cache/logs"
	step_log=$cache/logs/build-$what-$step_name.log
	if ! limited "$step_seconds" "$step_log" nice -n 10 "$@"; then
		say "failed: $what: $step_name"
		show_end "$step_log"
		exit 1
	fi
}

# start KEY: true if there is something to do; $made is where. It counts once
# finish was called.
start() {
	made=$cache/$what-$1
	if [ -e "$made/.done" ]; then
		ln -sfn -- "$made" "$cache/current/$what"
		return 1
	fi
	rm -rf -- "$made"
	mkdir -p -- "$made"
	started=$(date +%s)
	say "building: $what"
}

finish() {
	: >"$made/.done"
	ln -sfn -- "$made" "$cache/current/$what"
	say "built: $what, in $(($(date +%s) - started)) s"
}

#
# Kernels
#

source_key() {
	stat -L -c '%s %Y' "$source_archive"
}

unpack_source() {
	[ -f "$source_archive" ] ||
		cannot_build "there is no $source_archive: install linux-source-6.1"
	need xz
	linux=$cache/linux-$(source_key | hash_of source)
	[ ! -e "$linux/.done" ] || return 0
	rm -rf -- "$linux"
	mkdir -p -- "$linux"
	step 600 unpack tar -xf "$source_archive" -C "$linux" --strip-components=1
	: >"$linux/.done"
}

# set_kernel ARCH: how make is told
set_kernel() {
	case $1 in
	uml)
		kernel_cc=gcc
		set_make_arguments ARCH=um
		;;
	ppc64le)
		kernel_cc=${cross}gcc
		set_make_arguments ARCH=powerpc CROSS_COMPILE="$cross"
		;;
	esac
}

set_make_arguments() {
	make_arguments="$*"
}

kernel_key() {
	{
		source_key
		"$kernel_cc" --version | head -n 1
	} | cat - "$rigs/$1.config" | hash_of kernel "$make_arguments"
}

build_kernel() {
	arch=${what%-kernel}
	set_kernel "$arch"
	need "$kernel_cc" make flex bison bc perl
	[ -f "$source_archive" ] ||
		cannot_build "there is no $source_archive: install linux-source-6.1"
	start "$(kernel_key "$arch")" || return 0
	unpack_source
	# make_arguments is a list of words.
	# shellcheck disable=SC2086
	step 120 configure env KCONFIG_ALLCONFIG="$rigs/$arch.config" \
		make -C "$linux" O="$made" $make_arguments allnoconfig
	grep '^CONFIG_' "$rigs/$arch.config" | while IFS= read -r line; do
		grep -qxF -- "$line" "$made/.config" || say "$line"
	done >"$made/missing"
	if [ -s "$made/missing" ]; then
		say "failed: $what: this kernel has not:"
		cat -- "$made/missing"
		exit 1
	fi
	# shellcheck disable=SC2086
	step 2400 compile make -C "$linux" O="$made" $make_arguments -j "$jobs" \
		vmlinux modules
	finish
}

# The second kernel of the kexec rig. Debian's kexec refuses a tree and a root
# in memory together, which petitboot's own takes.
build_second() {
	what=ppc64le-kernel
	build_kernel
	what=ppc64le-root
	build_root
	what=ppc64le-second
	set_kernel ppc64le
	kernel=$(built ppc64le-kernel)
	start "$(cat -- "$rigs/inside/init" "$rigs/inside/"*.sh |
		hash_of second "$kernel" "$(built ppc64le-root)")" || return 0
	unpack_source
	mkdir -- "$made/none"
	make_root "$made/root" "$(built ppc64le-root)" "$made/none"
	rm -rf -- "$made/root/lib64" "$made/root/bin/kexec" "$made/root/bin/drive" \
		"$made/root/bin/killer" "$made/root/bin/look"
	cp -a -- "$kernel" "$made/build"
	printf 'CONFIG_INITRAMFS_SOURCE="%s"\n' "$made/root" >>"$made/build/.config"
	# shellcheck disable=SC2086
	step 120 configure make -C "$linux" O="$made/build" $make_arguments olddefconfig
	# shellcheck disable=SC2086
	step 1200 compile make -C "$linux" O="$made/build" $make_arguments -j "$jobs" vmlinux
	"${cross}strip" -o "$made/vmlinux" "$made/build/vmlinux"
	rm -rf -- "$made/build"
	finish
}

#
# Modules
#

# build_module SOURCE-DIRECTORY: into $made
build_module() {
	name=$(basename -- "$1")
	cp -R -- "$1" "$made/$name"
	# shellcheck disable=SC2086
	step 300 "$name" make -C "$kernel" $make_arguments M="$made/$name" W=1 modules
	if grep -E 'warning:|WARNING:' "$cache/logs/build-$what-$name.log"; then
		say "failed: $what: $name has warnings"
		exit 1
	fi
}

build_modules() {
	arch=${what%-modules}
	set_kernel "$arch"
	need "$kernel_cc" make
	what=$arch-kernel
	build_kernel
	kernel=$(built "$arch-kernel")
	set -- "$top/kmod" "$rigs/drivers"
	[ "$arch" != uml ] || set -- "$@" "$rigs/variants"
	what=$arch-modules
	start "$(find "$@" -type f | sort | xargs -d '\n' cat -- |
		hash_of modules "$kernel")" || return 0
	for module in "$@"; do
		build_module "$module"
	done
	finish
}

#
# Programs
#

# fetch_packages PACKAGE...: of ppc64el, unpacked into $made/packages. A private
# set of apt's files: the system's own knows nothing of that architecture.
fetch_packages() {
	need apt-get dpkg-deb
	apt=$made/apt
	mkdir -p -- "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/state" "$made/packages"
	: >"$apt/status"
	cat >"$apt/apt.conf" <<APT
Dir::State "$apt/state";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Architecture "ppc64el";
APT::Architectures { "ppc64el"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
APT
	mkdir -p -- "$cache/logs"
	# An archive of security updates may have no list for this architecture.
	APT_CONFIG=$apt/apt.conf limited 300 "$cache/logs/apt-update.log" apt-get -q update
	(cd -- "$apt" && APT_CONFIG=$apt/apt.conf limited 300 "$cache/logs/apt-download.log" \
		apt-get -q download "$@") || {
		show_end "$cache/logs/apt-download.log"
		cannot_build 'the packages of ppc64el cannot be downloaded'
	}
	for package in "$apt"/*.deb; do
		step 60 unpack-deb dpkg-deb -x "$package" "$made/packages"
	done
	rm -rf -- "$apt"
}

# build_helpers COMPILER
build_helpers() {
	for helper in drive killer look; do
		step 60 "$helper" "$1" -std=c11 -D_XOPEN_SOURCE=700 -O2 -Wall -Wextra -Werror \
			-static -o "$made/bin/$helper" "$rigs/inside/$helper.c" \
			"$rigs/inside/machine.c"
	done
}

build_root() {
	case $what in
	uml-root)
		need busybox gcc
		start "$(busybox | head -n 1 | cat - "$rigs/inside/"*.[ch] | hash_of root)" ||
			return 0
		mkdir -p -- "$made/bin"
		cp -- "$(command -v busybox)" "$made/bin/busybox"
		build_helpers gcc
		;;
	ppc64le-root)
		need "${cross}gcc"
		start "$(cat -- "$rigs/inside/"*.[ch] | hash_of root bookworm)" || return 0
		fetch_packages busybox-static kexec-tools liblzma5 zlib1g libc6 \
			libsodium-dev libjansson-dev libfdt-dev
		mkdir -p -- "$made/bin" "$made/lib64"
		cp -- "$made/packages/bin/busybox" "$made/packages/sbin/kexec" "$made/bin/"
		cp -L -- "$made/packages/lib/$triplet"/lib[clz]*.so.* \
			"$made/packages/lib/$triplet/ld64.so.2" "$made/lib64/"
		build_helpers "${cross}gcc"
		;;
	esac
	finish
}

# Everything that nv2boot is made from.
program_sources() {
	find "$top/src" "$top/include" "$top/configure.ac" "$top/Makefile.am" \
		-type f \( -name '*.[chly]' -o -name '*.a[cm]' \) | sort |
		xargs -d '\n' cat --
}

# build_program TARGET CONFIGURE-ARGUMENT...: one program, static, into $made
build_program() {
	target=$1
	shift
	mkdir -- "$made/build"
	# The dollar signs are the inner shell's.
	# shellcheck disable=SC2016
	step 300 configure sh -c 'cd -- "$1" && shift && exec "$@"' sh "$made/build" \
		"$top/configure" --disable-dependency-tracking "$@"
	step 600 make make -C "$made/build" -j "$jobs" "$target"
	cp -- "$made/build/$target" "$made/"
	rm -rf -- "$made/build"
}

build_nv2boot() {
	[ -x "$top/configure" ] || cannot_build 'there is no configure script: run autoreconf -i'
	case $what in
	uml-nv2boot)
		need gcc make
		start "$(program_sources | hash_of program)" || return 0
		build_program nv2boot LDFLAGS=-static
		;;
	uml-mutate)
		need gcc make flex bison
		start "$({
			program_sources
			cat -- "$rigs/inside/"m*.[ch]
		} | hash_of program)" || return 0
		build_program tests/rigs/inside/mutate LDFLAGS=-static
		;;
	ppc64le-nv2boot)
		need "${cross}gcc" make
		what=ppc64le-root
		build_root
		packages=$(built ppc64le-root)/packages/usr
		what=ppc64le-nv2boot
		start "$(program_sources | hash_of program "$packages")" || return 0
		include=$packages/include
		lib=$packages/lib/$triplet
		build_program nv2boot --host="$triplet" LDFLAGS="-static -L$lib" \
			CPPFLAGS="-I$include -I$include/$triplet" \
			FDT_CFLAGS=' ' FDT_LIBS="$lib/libfdt.a" \
			SODIUM_CFLAGS=' ' SODIUM_LIBS="$lib/libsodium.a" \
			JANSSON_CFLAGS=' ' JANSSON_LIBS="$lib/libjansson.a"
		;;
	esac
	finish
}

mkdir -p -- "$cache/current" || exit 1
exec 9>"$cache/lock"
flock -w 3600 9 || {
	say 'failed: another build does not end'
	exit 1
}

for what in "$@"; do
	case $what in
	uml-kernel | ppc64le-kernel) build_kernel ;;
	ppc64le-second) build_second ;;
	uml-modules | ppc64le-modules) build_modules ;;
	uml-root | ppc64le-root) build_root ;;
	uml-nv2boot | ppc64le-nv2boot | uml-mutate) build_nv2boot ;;
	*)
		say "there is nothing called $what"
		exit 1
		;;
	esac
done
