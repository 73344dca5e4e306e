#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Writes the completion of a program for a shell: `generate.sh PROGRAM SHELL`
# with bash, zsh or fish. All of it comes from the program's own --help, which
# comes from its option tables; only the words that an option takes are here.

set -eu
LC_ALL=C
export LC_ALL

program=$1
shell=$2
name=${program##*/}

# "command NAME SUMMARY", "option COMMAND LETTER NAME ARGUMENT HELP"; tabs between.
rows() {
	"$program" --help | awk '
	/^Commands:/ { on = 1; next }
	on && !NF { exit }
	on { word = $1; sub(/^ *[^ ]+ +/, ""); printf "command\t%s\t%s\n", word, $0 }'
	for command in $("$program" --help |
		awk '/^Commands:/ { on = 1; next } on && !NF { exit } on { print $1 }'); do
		"$program" "$command" --help | awk -v command="$command" '
		/^Options:/ { on = 1; next }
		on && !NF { exit }
		!on { next }
		{
			letter = name = argument = ""
			text = $0
			sub(/^ +/, "", text)
			if (match(text, /^-[A-Za-z]/)) {
				letter = substr(text, 2, 1)
				text = substr(text, 3)
				if (match(text, /^ [A-Z][A-Z.a-z]*, /) || match(text, /^, /)) {
					text = substr(text, RLENGTH + 1)
				} else {
					# -WNAME, -MD|P|F FILE|T TARGET
					match(text, /  +/)
					argument = substr(text, 1, RSTART - 1)
					text = substr(text, RSTART)
				}
			}
			if (match(text, /^--[a-z-]+/)) {
				name = substr(text, 3, RLENGTH - 2)
				text = substr(text, RLENGTH + 1)
				if (match(text, /^=[^ ]+/)) {
					argument = substr(text, 2, RLENGTH - 1)
					text = substr(text, RLENGTH + 1)
				}
			}
			sub(/^ +/, "", text)
			printf "option\t%s\t%s\t%s\t%s\t%s\n", command, letter, name, argument, text
		}'
	done
}

rows | awk -F '\t' -v name="$name" -v shell="$shell" '
# The words an option takes, "" where it takes a file, "/" for a directory, "-" for anything.
function values(option, argument) {
	if (option == "color") return "auto always never"
	if (option == "diagnostics") return "text json sarif"
	if (option == "page-size") return "64KiB 4KiB"
	if (option == "for") return "generic linux"
	if (option == "format") return "qemu libvirt"
	if (option == "emit")
		return "host-fw host-os guest regions program plan vmm bundle dts"
	if (argument == "DIR") return "/"
	if (argument ~ /FILE|KEY|[.]dtb|BUNDLE/) return ""
	return "-"
}
function quote(text) { gsub(/\047/, "\047\\\047\047", text); return "\047" text "\047" }
function zsh_text(text) { gsub(/\\/, "\\\\", text); gsub(/\[/, "\\[", text); gsub(/\]/, "\\]", text); gsub(/:/, "\\:", text); return text }
$1 == "command" { order[++commands] = $2; summary[$2] = $3 }
$1 == "option" {
	n = ++count[$2]
	letter[$2, n] = $3; long[$2, n] = $4; argument[$2, n] = $5; help[$2, n] = $6
}
END {
	print (shell == "zsh" ? "#compdef " name "\n" : "") \
		"# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause"
	print "# Made by contrib/completion/generate.sh: do not edit."
	if (shell == "bash") bash()
	else if (shell == "zsh") zsh()
	else if (shell == "fish") fish()
	else exit 2
}
function words(list,   i, text) {
	for (i = 1; i <= commands; i++)
		text = text (i > 1 ? list : "") order[i]
	return text
}
function bash(   i, j, c, done, option, taken, pattern) {
	print "# shellcheck shell=bash disable=SC2207"
	print "_" name "() {"
	print "\tlocal current=$2 option=$3 command=\047\047 word"
	print "\tif [[ $current == = ]]; then"
	print "\t\tcurrent="
	print "\telif [[ $option == = ]]; then"
	print "\t\toption=${COMP_WORDS[COMP_CWORD - 2]}"
	print "\tfi"
	print "\tCOMPREPLY=()"
	print "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD - 1}\"; do"
	print "\t\tcase $word in"
	print "\t\t" words(" | ") ") command=$word && break ;;"
	print "\t\tesac"
	print "\tdone"
	print "\tcase $option in"
	for (i = 1; i <= commands; i++)
		for (j = 1; j <= count[order[i]]; j++) {
			option = long[order[i], j]
			if (option == "" || argument[order[i], j] == "" || done[option]++)
				continue
			taken = option == "output" ? "" : values(option, argument[order[i], j])
			pattern = (letter[order[i], j] != "" && option != "output" \
				? "-" letter[order[i], j] " | " : "") "--" option
			if (taken == "/")
				print "\t" pattern ") compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\")); return ;;"
			else if (taken == "-")
				print "\t" pattern ") return ;;"
			else if (taken != "")
				print "\t" pattern ") COMPREPLY=($(compgen -W " quote(taken) " -- \"$current\")); return ;;"
			else
				print "\t" pattern ") return ;; # a file: the default"
		}
	print "\tesac"
	if (name == "nv2dtc") {
		print "\tif [[ $command == explain && $current != -* ]]; then"
		print "\t\tCOMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" explain 2>/dev/null |"
		print "\t\t\tawk \047NR > 1 { print $1, $2 }\047)\" -- \"$current\"))"
		print "\t\treturn"
		print "\tfi"
		print "\tif [[ $command && $command != explain && $current == -W* ]]; then"
		print "\t\tCOMPREPLY=($(compgen -W \"-Werror $(\"${COMP_WORDS[0]}\" explain 2>/dev/null |"
		print "\t\t\tawk \047NR > 1 && $3 != \"error\" { print \"-W\" $2, \"-Wno-\" $2 }\047)\" -- \"$current\"))"
		print "\t\treturn"
		print "\tfi"
	}
	print "\tcase $command in"
	for (i = 1; i <= commands; i++) {
		c = order[i]
		printf "\t%s) word=\047", c
		for (j = 1; j <= count[c]; j++) {
			if (letter[c, j] == "M")
				printf "%s", "-MD -MP -MF -MT "
			else if (letter[c, j] != "")
				printf "-%s ", letter[c, j]
			if (long[c, j] != "")
				printf "--%s ", long[c, j]
		}
		print "\047 ;;"
	}
	print "\t*) word=\047--help --version " words(" ") "\047 ;;"
	print "\tesac"
	print "\tif [[ ! $command || $current == -* ]]; then"
	print "\t\tCOMPREPLY=($(compgen -W \"$word\" -- \"$current\"))"
	print "\tfi"
	print "}"
	print "complete -o default -F _" name " " name
}
function zsh_spec(c, j,   taken, action, text, flags) {
	taken = values(long[c, j], argument[c, j])
	action = taken == "/" ? "_files -/" : taken == "-" ? " " : taken == "" ? "_files" : "(" taken ")"
	text = "[" zsh_text(help[c, j]) "]"
	if (argument[c, j] != "")
		text = text ":" zsh_text(argument[c, j]) ":" action
	if (long[c, j] == "")
		return quote("*-" letter[c, j] "-" text)
	flags = "--" long[c, j] (argument[c, j] != "" ? "=" : "")
	if (letter[c, j] == "")
		return quote((argument[c, j] == "DIR" ? "*" : "") flags text)
	return "\047*\047{-" letter[c, j] (argument[c, j] != "" ? "+" : "") "," flags "}" quote(text)
}
function zsh(   i, j, c) {
	if (name == "nv2dtc")
		print "_nv2dtc_codes() {\n\tcompadd -- $(nv2dtc explain 2>/dev/null |" \
			" awk \047NR > 1 { print $1, $2 }\047)\n}"
	print "_" name "() {"
	print "\tlocal curcontext=$curcontext state line"
	print "\tlocal -a commands=("
	for (i = 1; i <= commands; i++)
		print "\t\t" quote(order[i] ":" zsh_text(summary[order[i]]))
	print "\t)"
	print "\t_arguments -C \047(-h --help)\047{-h,--help}\047[show the commands]\047 \\"
	print "\t\t\047--version[show the version]\047 \0471: :->command\047 \047*:: :->arguments\047"
	print "\tcase $state in"
	print "\tcommand) _describe command commands ;;"
	print "\targuments)"
	print "\t\tcase $words[1] in"
	for (i = 1; i <= commands; i++) {
		c = order[i]
		print "\t\t" c ")"
		print "\t\t\t_arguments -s \\"
		for (j = 1; j <= count[c]; j++)
			print "\t\t\t\t" zsh_spec(c, j) " \\"
		if (name == "nv2dtc" && c == "explain")
			print "\t\t\t\t\0471:code:_nv2dtc_codes\047"
		else
			print "\t\t\t\t\047*:file:_files\047"
		print "\t\t\t;;"
	}
	print "\t\tesac"
	print "\t\t;;"
	print "\tesac"
	print "}"
	print "_" name " \"$@\""
}
function fish(   i, j, c, taken, line) {
	if (name == "nv2dtc")
		print "function __nv2dtc_codes\n\tnv2dtc explain 2>/dev/null |" \
			" awk \047NR > 1 { print $1; print $2 }\047\nend"
	print "complete -c " name " -n __fish_use_subcommand -f -s h -l help -d \047show the commands\047"
	print "complete -c " name " -n __fish_use_subcommand -f -l version -d \047show the version\047"
	for (i = 1; i <= commands; i++)
		print "complete -c " name " -n __fish_use_subcommand -f -a " order[i] " -d " quote(summary[order[i]])
	for (i = 1; i <= commands; i++) {
		c = order[i]
		for (j = 1; j <= count[c]; j++) {
			line = "complete -c " name " -n \047__fish_seen_subcommand_from " c "\047"
			if (letter[c, j] != "" )
				line = line " -s " letter[c, j]
			if (long[c, j] != "")
				line = line " -l " long[c, j]
			taken = values(long[c, j], argument[c, j])
			if (argument[c, j] != "" && taken == "/")
				line = line " -x -a \047(__fish_complete_directories)\047"
			else if (argument[c, j] != "" && taken == "")
				line = line " -r"
			else if (argument[c, j] != "")
				line = line " -x" (taken != "-" ? " -a " quote(taken) : "")
			print line " -d " quote(help[c, j])
		}
		if (name == "nv2dtc" && c == "explain")
			print "complete -c " name " -n \047__fish_seen_subcommand_from explain\047 -f" \
				" -a \047(__nv2dtc_codes)\047"
	}
}'
