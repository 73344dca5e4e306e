# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Writes a wiring file of a kind and a size, on standard output:
#
#	awk -v kind=boards -v n=1000 -f generate.awk </dev/null
#
# boards has six links for each NPU; kinds that start with "bad-" hold n mistakes.

function head() {
	print "\tcompatible = \"example,machine\";"
	print "\tfamily = power9-npu2;"
	print "\tmemory-map = gpu-4t-up;"
}

# One chip, two GPUs, three links to each and three between them.
function chip() {
	print "\tnpu npu0 { chip = 0; }"
	print "\tgpu GPU0 { slot = \"GPU0\"; }"
	print "\tgpu GPU1 { slot = \"GPU1\"; }"
	print "\tlink npu0:0-2 <-> GPU0:1,3,5 at 25.78125 Gbps;"
	print "\tlink npu0:3-5 <-> GPU1:1,3,5 at 25.78125 Gbps;"
	print "\tlink GPU0:0,2,4 <-> GPU1:0,2,4;"
}

function board(i) {
	printf "B%d: board \"example,board-%d\" {\n", i, i
	head()
	chip()
	print "};"
}

function open_board() {
	print "board \"example,board\" {"
	head()
	chip()
}

# "text, text, …", n times
function list(text, separator,    i) {
	for (i = 1; i <= n; i++)
		printf "%s%s", text, i < n ? separator : ""
}

BEGIN {
	print "/nv2-v1/;"
	if (kind == "empty") {
		open_board()
		print "};"
	} else if (kind == "boards") {
		for (i = 0; i < n; i++)
			board(i)
	} else if (kind == "links") {
		# n wires between GPUs, in one board
		open_board()
		for (i = 0; i < n; i++) {
			if (i % 6 == 0)
				printf "\tgpu A%d { slot = \"A%d\"; }\n\tgpu Z%d { slot = \"Z%d\"; }\n",
					i / 6, i / 6, i / 6, i / 6
			printf "\tlink A%d:%d <-> Z%d:%d;\n", int(i / 6), i % 6, int(i / 6), i % 6
		}
		print "};"
	} else if (kind == "gpus") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\tgpu A%d { slot = \"A%d\"; pci = \"%04x:%02x:00.0\"; path = \"/p@%d\"; }\n",
				i, i, i / 256, i % 256, i
		print "};"
	} else if (kind == "labels") {
		# n labels, each amended and dropped
		print "B: board \"example,board\" {"
		head()
		chip()
		for (i = 0; i < n; i++)
			printf "\tgpu A%d { slot = \"A%d\"; }\n", i, i
		print "};"
		for (i = 0; i < n; i++)
			printf "&A%d { slot = \"a%d\"; };\n&B/A%d { group = 0; };\n/delete/ &A%d;\n", i, i, i, i
	} else if (kind == "amendments") {
		open_board()
		print "};"
		for (i = 0; i < n; i++)
			printf "&GPU0 { slot = \"a%d\"; };\n", i
	} else if (kind == "guests" || kind == "guests-by-name") {
		for (i = 0; i < n; i++) {
			board(i)
			printf "guest \"vm%d\" {\n\tmachine = \"pseries-5.1\";\n", i
			if (kind == "guests")
				printf "\tboard = B%d;\n", i
			else
				printf "\tboard = \"example,board-%d\";\n", i
			print "\tphb 1 { npu = npu0; slots { GPU0 = 0; npu0:0 = 2.0; } }\n};"
		}
	} else if (kind == "includes") {
		# n files, which the caller makes
		open_board()
		for (i = 0; i < n; i++)
			printf "\t/include/ \"%d.nv2i\"\n", i
		print "};"
	} else if (kind == "same-include") {
		open_board()
		for (i = 0; i < n; i++)
			print "\t/include/ \"empty.nv2i\""
		print "};"
	} else if (kind == "sum" || kind == "choice" || kind == "minus") {
		open_board()
		printf "\tgpu A { slot = \"A\"; group = ("
		if (kind == "sum")
			list("1 * 0", " + ")
		else if (kind == "choice")
			list("0 ? 1", " : ")
		else
			list("-", " ")
		print (kind == "choice" ? " : 0" : kind == "minus" ? " 0" : "") "); }\n};"
	} else if (kind == "strings") {
		print "B: board \"example,board\" {"
		print "\tfamily = power9-npu2;\n\tmemory-map = gpu-4t-up;\n\tcompatible = "
		for (i = 0; i < n; i++)
			printf "\"example,machine-%d\"%s", i, i < n - 1 ? ",\n" : ";\n"
		chip()
		print "};"
	} else if (kind == "cells" || kind == "bytes" || kind == "raw-strings") {
		open_board()
		printf "\tgpu A { slot = \"A\"; extra host-os { x = "
		if (kind == "cells") {
			printf "<"
			list("0x1234", " ")
			printf ">"
		} else if (kind == "bytes") {
			printf "["
			list("5a", " ")
			printf "]"
		} else {
			list("\"text\"", ", ")
		}
		print "; } }\n};"
	} else if (kind == "raw-properties") {
		open_board()
		print "\tgpu A { slot = \"A\"; extra host-os {"
		for (i = 0; i < n; i++)
			printf "\t\tvendor,p%d = <%d>;\n", i, i
		print "\t} }\n};"
	} else if (kind == "comments") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\t// line %d\n\t/* block %d */ // behind\n", i, i
		print "};"
	} else if (kind == "blanks") {
		open_board()
		list("\n", "\t")
		print "};"
	} else if (kind == "boards-on-a-line") {
		for (i = 0; i < n; i++)
			printf "board \"b%d\" { compatible = \"x\"; family = power9-npu2; memory-map = gpu-4t-up; }; ", i
	} else if (kind == "bad-syntax") {
		open_board()
		for (i = 0; i < n; i++)
			print "\tgpu = = ;"
		print "};"
	} else if (kind == "bad-names") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\tlink npu0:0 <-> X%d:0 at 25 Gbps;\n", i
		print "};"
	} else if (kind == "bad-both") {
		# names that stand in text which the parser dropped
		open_board()
		for (i = 0; i < n; i++)
			printf "\tgpu Y%d Z%d { }\n\tlink npu0:0 <-> X%d:0 at 25 Gbps;\n", i, i, i
		print "};"
	} else if (kind == "bad-bricks") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\tgpu A%d { slot = \"A%d\"; }\n\tlink npu0:0 <-> A%d:0 at 25 Gbps;\n", i, i, i
		print "};"
	} else if (kind == "bad-slots") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\tgpu A%d { slot = \"A\"; }\n", i
		print "};"
	} else if (kind == "bad-labels") {
		open_board()
		for (i = 0; i < n; i++)
			print "\tgpu GPU0 { slot = \"x\"; }"
		print "};"
	} else if (kind == "bad-npus") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\tnpu m%d { chip = 8; phb = \"/x@%d\"; }\n", i, i
		print "};"
	} else if (kind == "bad-line") {
		# n mistakes in one line
		open_board()
		for (i = 0; i < n; i++)
			printf "&X%d { }; ", i
		print "};"
	} else if (kind == "bad-ports") {
		open_board()
		printf "\tlink npu0:"
		list("0", ",")
		printf " <-> GPU0:"
		list("0", ",")
		print " at 25 Gbps;\n};"
	} else if (kind == "bad-devices") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\tgpu A%d { slot = \"A%d\"; }\n", i, i
		print "};\nguest \"vm\" {\n\tmachine = \"pseries-5.1\";\n\tphb 1 {\n\t\tdevices = GPU0"
		for (i = 0; i < n; i++)
			printf ", A%d", i
		print ";\n\t}\n};"
	} else if (kind == "bad-phbs") {
		open_board()
		print "};\nguest \"vm\" {\n\tmachine = \"pseries-5.1\";"
		for (i = 0; i < n; i++)
			print "\tphb 1 { npu = npu0; }"
		print "};"
	} else if (kind == "bad-properties") {
		open_board()
		for (i = 0; i < n; i++)
			printf "\tunknown-%d = 1;\n", i
		print "};"
	} else if (kind == "bad-raw-properties") {
		open_board()
		print "\tgpu A { slot = \"A\"; extra host-os {"
		for (i = 0; i < n; i++)
			print "\t\tvendor,p;"
		print "\t} }\n};"
	} else {
		print "generate.awk: no such kind: " kind > "/dev/stderr"
		exit 1
	}
}
