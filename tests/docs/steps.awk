# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Takes a page in Markdown, gives its commands as files in `dir`: NNN.sh, a
# command or a whole block; NNN.want, the output that the page shows, if it is
# of a block that shows some; NNN.line, where it is. Never runs any.
#
#	```sh            commands; all have to succeed
#	```console       "$ command", "> more of it", and then what it prints
#	```sh install    only with tag=install
#
# Variables: dir, tag ("" for blocks without one).

function begin(ending) {
	step++
	name = sprintf("%s/%03d", dir, step)
	print FNR >(name ".line")
	close(name ".line")
	printf "" >(name ".sh")
	if (ending)
		printf "" >(name ".want")
}

function finish() {
	if (step == 0)
		return
	close(name ".sh")
	close(name ".want")
}

/^```/ && block == "" {
	block = $1
	sub(/^```/, "", block)
	if (block != "sh" && block != "console" || $2 != tag || NF > 2)
		block = "other"
	if (block == "sh")
		begin(0)
	command = 0
	next
}
/^```/ {
	finish()
	block = ""
	next
}
block == "sh" { print >(name ".sh") }
block == "console" && /^\$ / {
	finish()
	begin(1)
	command = 1
	print substr($0, 3) >(name ".sh")
	next
}
block == "console" && /^> / && command {
	print substr($0, 3) >(name ".sh")
	next
}
block == "console" {
	if (step == 0) {
		print FILENAME ":" FNR ": output without a command" >"/dev/stderr"
		exit 1
	}
	command = 0
	print >(name ".want")
}
