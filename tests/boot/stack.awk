# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Takes what gcc -fcallgraph-info=su and -fdump-ipa-cgraph write, gives the worst frame and the
# worst stack along any chain of calls, each with its functions. A call through a pointer can go to
# any function whose address is taken anywhere in the library: those of struct nv2_view, and the
# checks that are handed on. What its user's own functions (struct nv2_ops) take comes on top.
# Exits with 1 for a chain that comes back to itself, or a frame that has no bound.

function quoted(text, key, start) {
	start = index(text, key ": \"") + length(key) + 3
	text = substr(text, start)
	return substr(text, 1, index(text, "\"") - 1)
}

function short(name) {
	sub(/.*:/, "", name)
	return name
}

function fail(text) {
	print "stack.awk: " text >"/dev/stderr"
	failed = 1
	exit 1
}

# Bytes below and with this function; chain[name] gets the way there.
function depth(name, deepest, way, below, i, callee) {
	if (name in known)
		return known[name]
	if (name in open)
		fail("recursion: " short(name))
	open[name] = 1
	deepest = 0
	way = ""
	for (i = 1; i <= calls[name]; i++) {
		callee = call[name, i]
		below = depth(callee)
		if (below > deepest) {
			deepest = below
			way = chain[callee]
		}
	}
	delete open[name]
	chain[name] = name == INDIRECT ? way : short(name) (way == "" ? "" : " > " way)
	known[name] = frame[name] + deepest
	return known[name]
}

BEGIN { INDIRECT = "__indirect_call" }

# The compiler's own list of symbols: "name/number (name) @0x…", then what is known of it.
FILENAME ~ /cgraph$/ {
	if (/^[^ \t].*\/[0-9]+ \(/) {
		symbol = $1
		sub(/\/[0-9]+$/, "", symbol)
	} else if (/Address is taken/ && !((FILENAME, symbol) in taken)) {
		taken[FILENAME, symbol] = 1
		pointed[++pointed_count] = symbol
	}
	next
}

/^node:/ && match($0, /[0-9]+ bytes \([a-z,]*\)/) {
	name = quoted($0, "title")
	bytes = substr($0, RSTART, RLENGTH)
	if (bytes ~ /dynamic/ && bytes !~ /bounded/)
		fail("a frame without a bound: " short(name))
	frame[name] = bytes + 0
	by_short[short(name)] = by_short[short(name)] SUBSEP name
	if (frame[name] > worst_frame) {
		worst_frame = frame[name]
		worst_frame_name = short(name)
	}
}

/^edge:/ {
	name = quoted($0, "sourcename")
	call[name, ++calls[name]] = quoted($0, "targetname")
}

END {
	if (failed)
		exit 1
	for (i = 1; i <= pointed_count; i++) {
		count = split(by_short[pointed[i]], names, SUBSEP)
		for (j = 2; j <= count; j++)
			call[INDIRECT, ++calls[INDIRECT]] = names[j]
	}
	for (name in frame) {
		below = depth(name)
		if (below > worst || (below == worst && chain[name] < worst_chain)) {
			worst = below
			worst_chain = chain[name]
		}
	}
	print worst_frame, worst
	print "worst frame: " worst_frame_name
	print "worst stack: " worst_chain
}
