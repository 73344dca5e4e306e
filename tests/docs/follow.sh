# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
# shellcheck disable=SC2154 # lib.sh sets work and srcdir
#
# follow PAGE TAG DIR: runs the commands of a page in one shell that starts in
# DIR, and compares what they print with what the page shows. A command of a
# page that fails has to be followed by `echo $?`. Needs tests/lib.sh. With
# REWRITE=1, the page gets the output there is, but for blocks with `...`. All
# output is added to the file NV2_DOCS_LOG, if there is one.

follow() {
	text=$1
	steps=$work/steps
	rm -rf "$steps"
	mkdir "$steps"
	page_name=${text##*/}
	awk -v dir="$steps" -v tag="$2" -f "$srcdir/tests/docs/steps.awk" "$text" || {
		not_ok "$page_name: its blocks"
		return
	}
	check "$page_name: has commands${2:+ to $2}" test -e "$steps/001.sh"

	{
		echo 'last=0'
		for step in "$steps"/*.sh; do
			step=${step##*/}
			step=${step%.sh}
			# Each command sees the exit status of the one before it.
			printf '%s\n' "(exit \$last)" \
				". \"\$STEPS/$step.sh\" >\"\$STEPS/$step.out\" 2>&1 </dev/null" \
				'last=$?' "echo \$last >\"\$STEPS/$step.status\""
		done
	} >"$work/follow"
	# What tells this test where things are would tell it to the tests that a command runs.
	(
		cd -- "$3" || exit
		unset NV2_DOCS NV2_DOCS_LOG NV2DTC NV2BOOT REWRITE builddir srcdir
		STEPS=$steps HOME=$3 exec sh "$work/follow"
	) >"$work/follow.log" 2>&1
	same "$page_name: nothing beside the output of its commands" /dev/null "$work/follow.log"

	[ -z "${NV2_DOCS_LOG-}" ] || cat "$steps"/*.out >>"$NV2_DOCS_LOG"
	for step in "$steps"/*.sh; do
		step=${step%.sh}
		judge_step
	done
	if [ -n "$REWRITE" ] && [ -e "$steps/list" ]; then
		awk -v dir="$steps" -f "$srcdir/tests/docs/fill.awk" "$text" >"$work/page" &&
			cp "$work/page" "$text"
	fi
}

# A step's exit status and output.
judge_step() {
	name="$page_name:$(cat "$step.line"): $(sed -n 1p "$step.sh")"
	next=$(printf '%s/%03d.sh' "$steps" $(($(basename "$step" | sed 's/^0*//') + 1)))
	if [ ! -s "$step.status" ]; then
		not_ok "$name"
		echo '# was not run'
	elif [ "$(cat "$step.status")" -ne 0 ] &&
		{ [ ! -e "$next" ] || [ "$(cat "$next")" != 'echo $?' ]; }; then
		not_ok "$name"
		printf '# exit status %d\n' "$(cat "$step.status")"
		tail -n 40 "$step.out" >"$work/check.log"
		comment "$work/check.log"
	elif [ ! -e "$step.want" ] ||
		awk -f "$srcdir/tests/docs/matches.awk" "$step.want" "$step.out"; then
		ok "$name"
	elif [ -n "$REWRITE" ] && ! grep -q '\.\.\.' "$step.want"; then
		cp "$step.out" "$step.new"
		basename "$step" >>"$steps/list"
		not_ok "$name (rewritten: read it)"
	else
		not_ok "$name"
		diff -u "$step.want" "$step.out" >"$work/check.log"
		comment "$work/check.log"
	fi
}
