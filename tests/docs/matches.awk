# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Takes the output that a page shows and the one that there is, gives exit status
# 0 if they agree. A line `...` of the first stands for any number of lines, `...`
# in a line for any characters. Never prints.

function line_matches(want, have,   part, count, i, at) {
	count = split(want, part, /\.\.\./)
	if (count == 1)
		return want == have
	if (substr(have, 1, length(part[1])) != part[1])
		return 0
	have = substr(have, length(part[1]) + 1)
	for (i = 2; i < count; i++) {
		at = index(have, part[i])
		if (at == 0)
			return 0
		have = substr(have, at + length(part[i]))
	}
	return length(have) >= length(part[count]) && \
		substr(have, length(have) - length(part[count]) + 1) == part[count]
}

NR == FNR { want[++wants] = $0; next }
{ have[++haves] = $0 }
END {
	# As shells match names: on a difference, the last `...` takes one line more.
	w = h = 1
	while (h <= haves) {
		if (w <= wants && want[w] == "...") {
			star = w++
			kept = h
		} else if (w <= wants && line_matches(want[w], have[h])) {
			w++
			h++
		} else if (star) {
			w = star + 1
			h = ++kept
		} else
			exit 1
	}
	while (w <= wants && want[w] == "...")
		w++
	exit w <= wants
}
