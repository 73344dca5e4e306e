#compdef nv2dtc
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# Made by contrib/completion/generate.sh: do not edit.
_nv2dtc_codes() {
	compadd -- $(nv2dtc explain 2>/dev/null | awk 'NR > 1 { print $1, $2 }')
}
_nv2dtc() {
	local curcontext=$curcontext state line
	local -a commands=(
		'compile:Compile a wiring description into overlays, tables and VMM files'
		'check:Check a wiring description against all rules'
		'show:Show every number that follows from a wiring description'
		'fmt:Write wiring files in the canonical layout'
		'explain:Explain a diagnostic by its code or name, or list all'
		'merge:Merge overlays into a base tree'
		'import:Make a wiring description from a tree'
		'verify:Show what a wiring description and a tree disagree about'
		'graph:Draw the wiring and the address map'
		'dump:Check a bundle and show what it holds'
		'lsp:Serve editors\: diagnostics, numbers, layout (LSP)'
	)
	_arguments -C '(-h --help)'{-h,--help}'[show the commands]' \
		'--version[show the version]' '1: :->command' '*:: :->arguments'
	case $state in
	command) _describe command commands ;;
	arguments)
		case $words[1] in
		compile)
			_arguments -s \
				'*'{-o+,--output=}'[write the files into DIR (-\: standard output)]:DIR:_files -/' \
				'--emit=[write only these files; all but dts by default]:LIST:(host-fw host-os guest regions program plan vmm bundle dts)' \
				'--base=[bind the overlays to this tree]:HOST.dtb:_files' \
				'--sign=[sign the bundle with this secret Ed25519 key]:KEY:_files' \
				'--bundle-version=[the bundle'\''s counter, 1 if not said]:N: ' \
				'*'{-I+,--include=}'[look for included files in DIR as well]:DIR:_files -/' \
				'--page-size=[pages of the host\: 64KiB or 4KiB]:SIZE:(64KiB 4KiB)' \
				'--name=[what to call standard input]:STEM: ' \
				'*-M-[write a dependency file for make or ninja]:D|P|F FILE|T TARGET:_files' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		check)
			_arguments -s \
				'--base=[check that this tree can take the overlays as well]:HOST.dtb:_files' \
				'*'{-I+,--include=}'[look for included files in DIR as well]:DIR:_files -/' \
				'--page-size=[pages of the host\: 64KiB or 4KiB]:SIZE:(64KiB 4KiB)' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		show)
			_arguments -s \
				'--json[as JSON, nv2-plan-1]' \
				'*'{-I+,--include=}'[look for included files in DIR as well]:DIR:_files -/' \
				'--page-size=[pages of the host\: 64KiB or 4KiB]:SIZE:(64KiB 4KiB)' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		fmt)
			_arguments -s \
				'*'{-w,--write}'[write the files back instead of to standard output]' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		explain)
			_arguments -s \
				'--markdown[all of them, as one document in Markdown]' \
				'*'{-h,--help}'[show this text]' \
				'1:code:_nv2dtc_codes'
			;;
		merge)
			_arguments -s \
				'*'{-o+,--output=}'[write the merged tree into FILE (-\: standard output)]:FILE:_files' \
				'--for=[generic\: what libfdt takes; linux\: also refuse what the kernel refuses]:WHOM:(generic linux)' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		import)
			_arguments -s \
				'*'{-o+,--output=}'[write the wiring into FILE (-\: standard output)]:FILE:_files' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		verify)
			_arguments -s \
				'--json[as JSON, nv2-differences-1]' \
				'*'{-I+,--include=}'[look for included files in DIR as well]:DIR:_files -/' \
				'--page-size=[pages of the host\: 64KiB or 4KiB]:SIZE:(64KiB 4KiB)' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		graph)
			_arguments -s \
				'--svg[as SVG; else as a graph for Graphviz'\'' dot]' \
				'--html[as a page with the picture and all numbers, for browsers]' \
				'*'{-I+,--include=}'[look for included files in DIR as well]:DIR:_files -/' \
				'--page-size=[pages of the host\: 64KiB or 4KiB]:SIZE:(64KiB 4KiB)' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		dump)
			_arguments -s \
				'--json[the plan that the bundle was made of, as JSON, nv2-plan-1]' \
				'--key=[refuse a bundle that this public key did not sign]:FILE:_files' \
				'--name=[what to call standard input]:STEM: ' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--diagnostics=[text (standard error), json or sarif (standard output)]:FORMAT:(text json sarif)' \
				'--color=[auto, always or never]:WHEN:(auto always never)' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		lsp)
			_arguments -s \
				'*'{-I+,--include=}'[look for included files in DIR as well]:DIR:_files -/' \
				'--page-size=[pages of the host\: 64KiB or 4KiB]:SIZE:(64KiB 4KiB)' \
				'*-W-[-Wno-NAME\: without that warning; -Werror, -Werror=NAME\: as errors]:NAME: ' \
				'--stdio[what it does anyway; some clients say it]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		esac
		;;
	esac
}
_nv2dtc "$@"
