# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# Made by contrib/completion/generate.sh: do not edit.
# shellcheck shell=bash disable=SC2207
_nv2boot() {
	local current=$2 option=$3 command='' word
	if [[ $current == = ]]; then
		current=
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
		case $word in
		apply | status | verify | remove | guest | vmm | petitboot-hook) command=$word && break ;;
		esac
	done
	case $option in
	--root) compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")); return ;;
	--backend) return ;;
	--lpid) return ;;
	--format) COMPREPLY=($(compgen -W 'qemu libvirt' -- "$current")); return ;;
	--bundle) return ;; # a file: the default
	esac
	case $command in
	apply) word='--boot --root --backend --dry-run --syslog --verbose -h --help ' ;;
	status) word='--json --root --backend --dry-run --syslog --verbose -h --help ' ;;
	verify) word='--root --backend --dry-run --syslog --verbose -h --help ' ;;
	remove) word='--root --backend --dry-run --syslog --verbose -h --help ' ;;
	guest) word='--lpid --root --backend --dry-run --syslog --verbose -h --help ' ;;
	vmm) word='--format --root --backend --dry-run --syslog --verbose -h --help ' ;;
	petitboot-hook) word='--bundle --program --root --backend --dry-run --syslog --verbose -h --help ' ;;
	*) word='--help --version apply status verify remove guest vmm petitboot-hook' ;;
	esac
	if [[ ! $command || $current == -* ]]; then
		COMPREPLY=($(compgen -W "$word" -- "$current"))
	fi
}
complete -o default -F _nv2boot nv2boot
