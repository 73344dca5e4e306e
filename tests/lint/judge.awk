# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Takes what a tool found: file, line, check, text, between tabs. Prints what no
# exception covers, with the function it is in, and writes the line numbers of the
# exceptions that covered something to `used`.

BEGIN {
	while ((getline row < exceptions) > 0) {
		number++
		if (row ~ /^#/ || split(row, field, /[ \t]+/) < 3 || field[1] != tool)
			continue
		allowed[field[2], field[3]] = number
	}
}

{
	where = function_at($1, $2)
	if (($3, $1) in allowed)
		print allowed[$3, $1] >> used
	else if (($3, $1 ":" where) in allowed)
		print allowed[$3, $1 ":" where] >> used
	else
		printf "%s:%d: %s%s [%s %s]\n", $1, $2, where ? where ": " : "", $4, tool, $3
}

# The last function that begins above: its name stands at the margin, before a bracket.
function function_at(file, line,    text, n, name) {
	if (file !~ /\.[ch]$/)
		return ""
	while (n < line && (getline text < file) > 0) {
		n++
		if (text ~ /^}/)
			name = ""
		gsub(/__attribute__\(\([a-z_]*\)\) /, "", text)
		if (text ~ /^[A-Za-z_]/ && match(text, /[A-Za-z_0-9]+\(/) && text !~ /;$/)
			name = substr(text, RSTART, RLENGTH - 1)
	}
	close(file)
	return name
}
