# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# Made by contrib/completion/generate.sh: do not edit.
# shellcheck shell=bash disable=SC2207
_nv2dtc() {
	local current=$2 option=$3 command='' word
	if [[ $current == = ]]; then
		current=
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
		case $word in
		compile | check | show | fmt | explain | merge | import | verify | graph | dump | lsp) command=$word && break ;;
		esac
	done
	case $option in
	--output) return ;; # a file: the default
	--emit) COMPREPLY=($(compgen -W 'host-fw host-os guest regions program plan vmm bundle dts' -- "$current")); return ;;
	--base) return ;; # a file: the default
	--sign) return ;; # a file: the default
	--bundle-version) return ;;
	-I | --include) compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")); return ;;
	--page-size) COMPREPLY=($(compgen -W '64KiB 4KiB' -- "$current")); return ;;
	--name) return ;;
	--diagnostics) COMPREPLY=($(compgen -W 'text json sarif' -- "$current")); return ;;
	--color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
	--for) COMPREPLY=($(compgen -W 'generic linux' -- "$current")); return ;;
	--key) return ;; # a file: the default
	esac
	if [[ $command == explain && $current != -* ]]; then
		COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" explain 2>/dev/null |
			awk 'NR > 1 { print $1, $2 }')" -- "$current"))
		return
	fi
	if [[ $command && $command != explain && $current == -W* ]]; then
		COMPREPLY=($(compgen -W "-Werror $("${COMP_WORDS[0]}" explain 2>/dev/null |
			awk 'NR > 1 && $3 != "error" { print "-W" $2, "-Wno-" $2 }')" -- "$current"))
		return
	fi
	case $command in
	compile) word='-o --output --emit --base --sign --bundle-version -I --include --page-size --name -MD -MP -MF -MT -W --diagnostics --color -h --help ' ;;
	check) word='--base -I --include --page-size --name -W --diagnostics --color -h --help ' ;;
	show) word='--json -I --include --page-size --name -W --diagnostics --color -h --help ' ;;
	fmt) word='-w --write --name -W --diagnostics --color -h --help ' ;;
	explain) word='--markdown -h --help ' ;;
	merge) word='-o --output --for --name -W --diagnostics --color -h --help ' ;;
	import) word='-o --output --name -W --diagnostics --color -h --help ' ;;
	verify) word='--json -I --include --page-size --name -W --diagnostics --color -h --help ' ;;
	graph) word='--svg --html -I --include --page-size --name -W --diagnostics --color -h --help ' ;;
	dump) word='--json --key --name -W --diagnostics --color -h --help ' ;;
	lsp) word='-I --include --page-size -W --stdio -h --help ' ;;
	*) word='--help --version compile check show fmt explain merge import verify graph dump lsp' ;;
	esac
	if [[ ! $command || $current == -* ]]; then
		COMPREPLY=($(compgen -W "$word" -- "$current"))
	fi
}
complete -o default -F _nv2dtc nv2dtc
