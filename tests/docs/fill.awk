# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Takes a page and its commands as steps.awk left them in `dir`, gives the page
# with what each command that has a file NNN.new printed. Never changes commands.

BEGIN {
	while ((getline line < (dir "/list")) > 0) {
		getline at < (dir "/" line ".line")
		new[at] = dir "/" line ".new"
	}
}
skip && !/^(\$ |```)/ { next }
show != "" && !/^> / {
	while ((getline line < show) > 0)
		print line
	show = ""
	skip = 1
	if (!/^(\$ |```)/)
		next
}
{ skip = 0 }
FNR in new { show = new[FNR] }
{ print }
