/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a directory of fixtures, makes every call of every transaction fail
 * in every way, one at a time, then kills at random; gives TAP with counts.
 * Never lets one run see what another left.
 *
 * sweep DIRECTORY [--full] [--seed N] [--kills N] [--only POINT]
 *
 * A point is "BOARD/VARIANT/ROW/CALL-NAME/FAULT", and --only takes the start of one. A chain of
 * kills is "kills/SEED", a storm "storms/SEED"; "cases" are the scenarios without faults.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "sweep.h"

/* ---- the table ---------------------------------------------------------------------- */

/* In what state a machine is before the operation. */
enum start {
	START_FRESH,
	START_APPLIED,
	START_GUEST,        /* applied, and the guest runs */
	START_IN_REGISTERS, /* an apply was killed half through the registers */
	START_IN_WRITE,     /* in the middle of the overlay's write(2) */
	START_HANDED_OVER,  /* when the kernel had the overlay */
	START_UNRECORDED,   /* before the last record */
	START_IN_REMOVE,    /* a remove was killed when the overlay was gone */
	START_IN_GUEST,     /* a guest start was killed half through its registers */
	STARTS
};

static const struct row {
	const char *name;
	enum start start;
	enum operation operation;
	uint32_t traits; /* while the operation runs */
	bool kernels;    /* different kernels matter: in the short sweep too, each is tried */
	/* What goes wrong before, at the last call of a kind; what is tried comes behind it. */
	enum model_fault early;
	enum model_call early_call;
} rows[] = {
	{"apply", START_FRESH, OPERATION_APPLY, 0, true, FAULT_NONE, 0},
	{"remove", START_APPLIED, OPERATION_REMOVE, 0, true, FAULT_NONE, 0},
	{"guest-start", START_APPLIED, OPERATION_GUEST_START, 0, false, FAULT_NONE, 0},
	{"guest-stop", START_GUEST, OPERATION_GUEST_STOP, 0, false, FAULT_NONE, 0},
	{"apply-again", START_APPLIED, OPERATION_APPLY, 0, false, FAULT_NONE, 0},
	{"apply-refused", START_FRESH, OPERATION_APPLY, TRAIT_REFUSES, true, FAULT_NONE, 0},
	{"apply-in-part", START_FRESH, OPERATION_APPLY, TRAIT_PART, false, FAULT_NONE, 0},
	{"apply-after-registers", START_IN_REGISTERS, OPERATION_APPLY, 0, false, FAULT_NONE, 0},
	{"remove-after-registers", START_IN_REGISTERS, OPERATION_REMOVE, 0, false, FAULT_NONE, 0},
	{"apply-after-write", START_IN_WRITE, OPERATION_APPLY, 0, true, FAULT_NONE, 0},
	{"remove-after-write", START_IN_WRITE, OPERATION_REMOVE, 0, false, FAULT_NONE, 0},
	{"apply-after-hand-over", START_HANDED_OVER, OPERATION_APPLY, 0, false, FAULT_NONE, 0},
	{"remove-after-hand-over", START_HANDED_OVER, OPERATION_REMOVE, 0, false, FAULT_NONE, 0},
	{"apply-before-record", START_UNRECORDED, OPERATION_APPLY, 0, false, FAULT_NONE, 0},
	{"remove-before-record", START_UNRECORDED, OPERATION_REMOVE, 0, false, FAULT_NONE, 0},
	{"apply-after-remove", START_IN_REMOVE, OPERATION_APPLY, 0, false, FAULT_NONE, 0},
	{"remove-after-remove", START_IN_REMOVE, OPERATION_REMOVE, 0, false, FAULT_NONE, 0},
	{"guest-start-again", START_IN_GUEST, OPERATION_GUEST_START, 0, false, FAULT_NONE, 0},
	{"guest-stop-after-start", START_IN_GUEST, OPERATION_GUEST_STOP, 0, false, FAULT_NONE, 0},
	{"apply-recorded-late", START_FRESH, OPERATION_APPLY, 0, false, FAULT_EIO_LATE, CALL_STORE},
	{"apply-not-recorded", START_FRESH, OPERATION_APPLY, 0, false, FAULT_ENOSPC, CALL_STORE},
	{"remove-recorded-late", START_APPLIED, OPERATION_REMOVE, 0, false, FAULT_EIO_LATE,
	 CALL_STORE},
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == SWEEP_ROWS, "each row is counted");

/* ---- reports --------------------------------------------------------------------------- */

bool tap_ok(struct tap *tap, bool good, const char *format, ...)
{
	va_list arguments;

	tap->count++;
	tap->failed += !good;
	printf("%sok %u - ", good ? "" : "not ", tap->count);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return good;
}

void tap_comment(const char *format, ...)
{
	va_list arguments;

	printf("# ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

void tap_lines(const char *text)
{
	for (unsigned i = 0; *text && i < 6; i++) {
		size_t len = strcspn(text, "\n");

		printf("#     %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* The same at another call of the same kind, or with another variant, is the same. */
static uint64_t report_key(const struct sweep *sweep, const char *step, const char *what)
{
	uint64_t key = model_hash(MODEL_HASH, step, strlen(step));
	unsigned slashes = 0;

	for (const char *at = sweep->point; *at; at++) {
		slashes += *at == '/';
		if (slashes >= 2 && (*at < '0' || *at > '9'))
			key = model_hash(key, at, 1);
	}
	return model_hash(key, what, strcspn(what, ":"));
}

void sweep_report(struct sweep *sweep, const char *step, struct result result, const char *what)
{
	uint64_t key = report_key(sweep, step, what);

	for (unsigned i = 0; i < sweep->report_count; i++)
		if (sweep->reported[i] == key && !sweep->only)
			return;
	if (sweep->report_count == REPORTED_MAX)
		return;
	sweep->reported[sweep->report_count++] = key;
	tap_comment("wrong: %s: %s: outcome %d: %s", sweep->point, step,
		    result.killed ? -9 : result.outcome, what);
	tap_lines(sweep->driver.heard->errors.text);
}

bool sweep_wants(const struct sweep *sweep)
{
	return !sweep->only || !strncmp(sweep->only, sweep->point, strlen(sweep->only));
}

/* ---- one step ----------------------------------------------------------------------------- */

/* Without a fault, and it must come to a good end. */
bool sweep_finish(struct sweep *sweep, enum operation operation, const char *step)
{
	struct driver *driver = &sweep->driver;
	struct result result = drive(driver, operation, 0, FAULT_NONE);
	char text[160];
	const char *wrong = judge(driver, operation, result, EXCUSE_NONE, text, sizeof(text));

	if (!wrong && result.outcome != OUTCOME_DONE)
		wrong = "it must be possible now";
	if (!wrong && operation == OPERATION_REMOVE && !is_original(driver))
		wrong = "removed, but something is left";
	if (wrong)
		sweep_report(sweep, step, result, wrong);
	return !wrong;
}

/* The number of a call in the last run: the first, the middle or the last of its kind. */
enum which {
	WHICH_MIDDLE,
	WHICH_LAST,
};

static uint32_t find_call(const struct model *model, enum model_call call, enum which which)
{
	uint32_t count = 0, last = 0;

	for (uint32_t i = 0; i < model->calls && i < MODEL_TRACE; i++)
		if (model->trace[i] == call) {
			count++;
			last = i + 1;
		}
	if (which == WHICH_LAST)
		return last;
	for (uint32_t i = 0, nth = 0; i < model->calls && i < MODEL_TRACE; i++)
		if (model->trace[i] == call && nth++ == count / 2)
			return i + 1;
	return 0;
}

enum prepared {
	PREPARED,
	PREPARED_NEVER, /* this board never is in that state */
	PREPARED_WRONG,
};

/* Goes back to `from`, and kills the operation there. */
static enum prepared interrupt(struct sweep *sweep, const struct model *from,
			       enum operation operation, enum model_call call, enum which which,
			       enum model_fault fault)
{
	struct driver *driver = &sweep->driver;
	uint32_t at = find_call(driver->model, call, which);

	if (!at)
		return PREPARED_NEVER;
	model_copy(driver->model, from);
	return drive(driver, operation, at, fault).killed ? PREPARED : PREPARED_WRONG;
}

/* An apply that is killed; `after` is the machine before it. */
static enum prepared interrupt_apply(struct sweep *sweep, enum start start)
{
	bool by_status = sweep->driver.model->variant->status_writable;
	enum model_call hand = by_status ? CALL_SET_OVERLAY : CALL_WRITE_OVERLAY;

	switch (start) {
	case START_IN_REGISTERS:
		return interrupt(sweep, sweep->after, OPERATION_APPLY, CALL_WRITE_REGISTER,
				 WHICH_MIDDLE, FAULT_KILL_AFTER);
	case START_IN_WRITE:
		return interrupt(sweep, sweep->after, OPERATION_APPLY, CALL_WRITE_OVERLAY,
				 WHICH_LAST, FAULT_KILL_HALF);
	case START_HANDED_OVER:
		return interrupt(sweep, sweep->after, OPERATION_APPLY, hand, WHICH_LAST,
				 FAULT_KILL_AFTER);
	default:
		return interrupt(sweep, sweep->after, OPERATION_APPLY, CALL_STORE, WHICH_LAST,
				 FAULT_KILL_BEFORE);
	}
}

/* A machine in the state that the row begins with. */
static enum prepared prepare(struct sweep *sweep, enum start start)
{
	struct driver *driver = &sweep->driver;
	struct model *model = driver->model, *from = sweep->after;

	model_copy(from, model);
	if (start == START_FRESH)
		return PREPARED;
	if (!sweep_finish(sweep, OPERATION_APPLY, "preparation"))
		return PREPARED_WRONG;
	if (start >= START_IN_REGISTERS && start <= START_UNRECORDED)
		return interrupt_apply(sweep, start);
	if (start == START_APPLIED)
		return PREPARED;
	model_copy(from, model);
	if (start == START_IN_REMOVE) {
		if (!sweep_finish(sweep, OPERATION_REMOVE, "preparation"))
			return PREPARED_WRONG;
		return interrupt(sweep, from, OPERATION_REMOVE, CALL_REMOVE_OVERLAY, WHICH_LAST,
				 FAULT_KILL_AFTER);
	}
	if (!sweep_finish(sweep, OPERATION_GUEST_START, "preparation"))
		return PREPARED_WRONG;
	if (start == START_GUEST)
		return PREPARED;
	return interrupt(sweep, from, OPERATION_GUEST_START, CALL_WRITE_REGISTER, WHICH_MIDDLE,
			 FAULT_KILL_AFTER);
}

static bool is_of_guest(const struct row *row)
{
	return row->operation == OPERATION_GUEST_START || row->operation == OPERATION_GUEST_STOP;
}

/* Whether a guest has registers, and then what may not be done comes to nothing. */
static bool follow_guest(struct sweep *sweep)
{
	struct driver *driver = &sweep->driver;
	bool good = true;

	model_copy(driver->model, sweep->after);
	good = good && sweep_finish(sweep, OPERATION_GUEST_START, "then guest-start");
	good = good && sweep_finish(sweep, OPERATION_GUEST_STOP, "then guest-start, guest-stop");
	good = good &&
	       sweep_finish(sweep, OPERATION_REMOVE, "then guest-start, guest-stop, remove");
	model_copy(driver->model, sweep->after);
	good = good && sweep_finish(sweep, OPERATION_GUEST_STOP, "then guest-stop");
	driver->no_writes = true;
	good = good && sweep_finish(sweep, OPERATION_APPLY, "then guest-stop, apply");
	driver->no_writes = false;
	good = good && sweep_finish(sweep, OPERATION_REMOVE, "then guest-stop, apply, remove");
	return good;
}

static bool follow(struct sweep *sweep, const struct row *row)
{
	struct driver *driver = &sweep->driver;
	bool good = true;

	if (is_of_guest(row))
		return follow_guest(sweep);
	good = good && sweep_finish(sweep, OPERATION_APPLY, "then apply");
	good = good && sweep_finish(sweep, OPERATION_REMOVE, "then apply, remove");
	model_copy(driver->model, sweep->after);
	return good && sweep_finish(sweep, OPERATION_REMOVE, "then remove");
}

/*
 * One fault makes no undo impossible. But where the first look at the tree lies, nobody can prove
 * afterwards that it is as it was: that may be said, and the next run has to find that all is well.
 */
static unsigned excuses_of(enum model_call call, enum model_fault fault)
{
	return call == CALL_READ_TREE && fault == FAULT_WRONG ? EXCUSE_DOUBT : EXCUSE_NONE;
}

static void count(struct sweep *sweep, struct result result, bool good, enum model_fault fault)
{
	struct tally *tally = &sweep->tallies[fault];
	struct model_state state = model_state(&sweep->driver.handle);
	bool original = state.tree_original && state.registers_old;

	tally->points++;
	tally->wrong += !good;
	if (!result.killed && result.outcome == OUTCOME_LOST)
		*(original ? &tally->doubted : &tally->lost) += 1;
	else if (original)
		tally->undone++;
	else if (state.tree_applied && state.registers_set)
		tally->applied++;
	else
		tally->kept++;
}

/* Points are counted once, on however many boards they are. */
static void mark_seen(struct sweep *sweep, const struct row *row, unsigned variant, uint32_t at,
		      enum model_fault fault)
{
	unsigned char *seen = &sweep->seen[row - rows][variant][fault][(at - 1) / 8];
	unsigned bit = 1u << (at - 1) % 8;

	sweep->distinct += !(*seen & bit);
	*seen = (unsigned char)(*seen | bit);
}

static void try_point(struct sweep *sweep, const struct row *row, unsigned variant, uint32_t at,
		      enum model_call call, enum model_fault fault)
{
	struct driver *driver = &sweep->driver;
	struct result result;
	const char *wrong;
	char text[160];
	bool good;

	model_copy(driver->model, sweep->start);
	driver->model->traits |= row->traits;
	driver->early_at = sweep->early_at;
	driver->early = row->early;
	result = drive(driver, row->operation, at, fault);
	driver->model->traits &= ~row->traits;
	driver->early_at = 0;
	wrong = judge(driver, row->operation, result, excuses_of(call, fault), text, sizeof(text));
	if (!wrong && !driver->model->hit)
		wrong = "the call did not come again";
	if (wrong)
		sweep_report(sweep, row->name, result, wrong);
	else if (sweep->only)
		tap_lines(driver->heard->errors.text);
	model_copy(sweep->after, driver->model);
	good = !wrong;
	if (good && !follow(sweep, row))
		good = false;
	model_copy(driver->model, sweep->after);
	count(sweep, result, good, fault);
	mark_seen(sweep, row, variant, at, fault);
}

bool is_of_registers(enum model_call call)
{
	return call == CALL_READ_REGISTER || call == CALL_WRITE_REGISTER || call == CALL_BARRIER;
}

/* How much of a board's calls of a kind is tried. */
struct density {
	uint32_t registers; /* every how many-th call */
	uint32_t others;
};

/* With an earlier fault, the run is another one from there on. */
static void begin_early(struct sweep *sweep, const struct row *row)
{
	struct driver *driver = &sweep->driver;

	sweep->early_at = 0;
	if (row->early == FAULT_NONE)
		return;
	sweep->early_at = find_call(driver->model, row->early_call, WHICH_LAST);
	model_copy(driver->model, sweep->start);
	driver->model->traits |= row->traits;
	driver->early_at = sweep->early_at;
	driver->early = row->early;
	drive(driver, row->operation, 0, FAULT_NONE);
	driver->early_at = 0;
}

/* All faults of one call. */
static unsigned try_call(struct sweep *sweep, const struct board *board, unsigned variant,
			 const struct row *row, uint32_t at, enum model_call call)
{
	unsigned points = 0;

	for (enum model_fault fault = FAULT_EIO; fault < MODEL_FAULTS; fault++) {
		if (!model_fault_fits(call, fault))
			continue;
		snprintf(sweep->point, sizeof(sweep->point), "%s/%s/%s/%u-%s/%s", board->name,
			 model_variants[variant].name, row->name, at, model_call_names[call],
			 model_fault_names[fault]);
		if (!sweep_wants(sweep))
			continue;
		try_point(sweep, row, variant, at, call, fault);
		points++;
	}
	return points;
}

/* The calls of the row, by a run in which nothing goes wrong, or only what goes wrong before. */
static uint32_t trace_calls(struct sweep *sweep, const struct row *row,
			    unsigned char trace[MODEL_TRACE])
{
	struct driver *driver = &sweep->driver;
	uint32_t calls;

	model_copy(sweep->start, driver->model);
	driver->model->traits |= row->traits;
	drive(driver, row->operation, 0, FAULT_NONE);
	begin_early(sweep, row);
	calls = driver->model->calls < MODEL_TRACE ? driver->model->calls : MODEL_TRACE;
	memcpy(trace, driver->model->trace, calls);
	return calls;
}

/* `never`: no machine of this board is ever in the state that the row begins with. */
static unsigned sweep_row(struct sweep *sweep, const struct board *board, unsigned variant,
			  const struct row *row, struct density density, bool *never)
{
	unsigned char trace[MODEL_TRACE];
	uint32_t calls, nth[2] = {0};
	enum prepared prepared;
	unsigned points = 0;

	snprintf(sweep->point, sizeof(sweep->point), "%s/%s/%s", board->name,
		 model_variants[variant].name, row->name);
	model_begin(sweep->driver.model, board, &model_variants[variant], 0);
	prepared = prepare(sweep, row->start);
	if (prepared == PREPARED_WRONG) {
		sweep->tallies[FAULT_NONE].wrong++;
		sweep_report(sweep, "preparation", (struct result){0}, "it cannot be prepared");
	}
	*never = prepared == PREPARED_NEVER;
	if (prepared != PREPARED)
		return 0;
	calls = trace_calls(sweep, row, trace);
	for (uint32_t at = 1 + sweep->early_at; at <= calls; at++) {
		enum model_call call = trace[at - 1];
		bool registers = is_of_registers(call);

		if (nth[registers]++ % (registers ? density.registers : density.others) == 0)
			points += try_call(sweep, board, variant, row, at, call);
	}
	return points;
}

static unsigned all_wrong(const struct sweep *sweep)
{
	unsigned wrong = 0;

	for (enum model_fault fault = FAULT_NONE; fault < MODEL_FAULTS; fault++)
		wrong += sweep->tallies[fault].wrong;
	return wrong;
}

/*
 * Which of a board's calls are tried with a variant of the interface. The first variant applies by
 * close, the last but one by `status`, and the last refuses openly.
 */
static struct density density_of(const struct sweep *sweep, const struct board *board,
				 unsigned variant)
{
	bool small = !strcmp(board->name, "small"), shows = variant == 0 || variant >= 8;

	if (small && sweep->full)
		return (struct density){1, 1};
	if (sweep->full && variant == 0)
		return (struct density){7, 1};
	if (sweep->full)
		return shows ? (struct density){23, 2} : (struct density){97, 7};
	if (small && variant == 0)
		return (struct density){31, 3};
	return small ? (struct density){131, 13} : (struct density){211, 19};
}

/* In the short sweep: all rows on the small boards, some on the large ones, which take longer. */
static bool is_tried(const struct sweep *sweep, const struct board *board, const struct row *row,
		     unsigned variant)
{
	if (sweep->full)
		return true;
	if (strncmp(board->name, "small", 5) != 0)
		return row->kernels && variant == 0;
	return variant == 0 || (!strcmp(board->name, "small") && (row->kernels || variant >= 8));
}

static void sweep_board(struct sweep *sweep, const struct board *board)
{
	for (size_t i = 0; i < SWEEP_ROWS; i++) {
		unsigned points = 0, wrong = all_wrong(sweep);
		bool never = false;

		for (unsigned variant = 0; variant < MODEL_VARIANTS; variant++)
			if (is_tried(sweep, board, &rows[i], variant))
				points += sweep_row(sweep, board, variant, &rows[i],
						    density_of(sweep, board, variant), &never);
		if (!is_tried(sweep, board, &rows[i], 0))
			continue;
		if (never)
			tap_comment("%s: %s: this board never comes to it", board->name,
				    rows[i].name);
		else
			tap_ok(sweep->tap, all_wrong(sweep) == wrong && (points || sweep->only),
			       "%s: %s: %u faults", board->name, rows[i].name, points);
	}
}

/* ---- all ------------------------------------------------------------------------------------- */

static void print_tallies(struct sweep *sweep)
{
	struct tally all = {0};

	for (enum model_fault fault = FAULT_EIO; fault < MODEL_FAULTS; fault++) {
		const struct tally *tally = &sweep->tallies[fault];

		tap_comment("fault %-11s points %6u, applied %6u, undone %6u, between %u, lost %u, "
			    "doubted %u, wrong %u",
			    model_fault_names[fault], tally->points, tally->applied, tally->undone,
			    tally->kept, tally->lost, tally->doubted, tally->wrong);
		all.points += tally->points;
		all.applied += tally->applied;
		all.undone += tally->undone;
		all.kept += tally->kept;
		all.lost += tally->lost;
		all.doubted += tally->doubted;
		all.wrong += tally->wrong;
	}
	tap_comment("kills at random %u in %u chains, then applied %u, undone %u, wrong %u",
		    sweep->kills, sweep->chains, sweep->after_kills.applied,
		    sweep->after_kills.undone, sweep->after_kills.wrong);
	tap_comment("points %u distinct, %u in all, kills %u, applied %u, undone %u, between %u, "
		    "lost %u (all expected), doubted %u, wrong %u",
		    sweep->distinct, all.points, sweep->kills, all.applied, all.undone, all.kept,
		    all.lost, all.doubted,
		    all.wrong + sweep->tallies[FAULT_NONE].wrong + sweep->after_kills.wrong);
}

static bool parse(struct sweep *sweep, int argc, char **argv)
{
	const char *mode = getenv("NV2_SWEEP"), *seed = getenv("NV2_SEED");

	sweep->full = mode && !strcmp(mode, "full");
	sweep->seed = seed ? strtoull(seed, NULL, 0) : sweep->full ? (uint64_t)time(NULL) : 1;
	for (int i = 2; i < argc; i++) {
		bool more = i + 1 < argc;

		if (!strcmp(argv[i], "--full"))
			sweep->full = true;
		else if (!strcmp(argv[i], "--seed") && more)
			sweep->seed = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--kills") && more)
			sweep->kills_wanted = (unsigned)strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--only") && more)
			sweep->only = argv[++i];
		else
			return false;
	}
	if (!sweep->kills_wanted)
		sweep->kills_wanted = sweep->full ? 10000 : 200;
	sweep->storms_wanted = sweep->full ? 2000 : 50;
	if (sweep->only && !strncmp(sweep->only, "kills/", 6) && sweep->only[6])
		sweep->seed = strtoull(sweep->only + 6, NULL, 0);
	if (sweep->only && !strncmp(sweep->only, "storms/", 7) && sweep->only[7])
		sweep->seed = strtoull(sweep->only + 7, NULL, 0);
	return argc >= 2;
}

static void run_sweep(struct sweep *sweep, const char *directory)
{
	struct board boards[] = {
		fixture_board(directory, "small"),
		fixture_board(directory, "redbud"),
		fixture_board(directory, "sequoia"),
	};
	struct board had = fixture_board_applied(directory, "small");
	struct board old = fixture_board(directory, "small");

	had.name = "small-had-all";
	old.name = "small-old-values";
	fixture_set_old(&old);
	sweep_board(sweep, &boards[0]);
	sweep_board(sweep, &old);
	sweep_board(sweep, &had);
	sweep_board(sweep, &boards[1]);
	sweep_board(sweep, &boards[2]);
	tap_ok(sweep->tap, sweep->distinct >= 1000 || sweep->only,
	       "%u distinct points (operation, call, fault, variant), at least 1000",
	       sweep->distinct);
	run_kills(sweep, boards, 3);
	run_storms(sweep, boards, 3);
	fixture_board_free(&had);
	fixture_board_free(&old);
	for (size_t i = 0; i < 3; i++)
		fixture_board_free(&boards[i]);
}

int main(int argc, char **argv)
{
	struct sweep *sweep = calloc(1, sizeof(*sweep));
	struct tap tap = {0};

	if (!sweep || !parse(sweep, argc, argv)) {
		fprintf(stderr, "usage: sweep DIRECTORY [--full] [--seed N] [--kills N] "
				"[--only POINT]\n");
		free(sweep);
		return 2;
	}
	tap.directory = argv[1];
	sweep->tap = &tap;
	/* Whole lines, also in front of a child's end. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	/* The log says there what it tells us anyway. */
	if (!freopen("/dev/null", "w", stderr)) {
		free(sweep);
		return 3;
	}
	driver_begin(&sweep->driver);
	sweep->start = shared_memory(sizeof(*sweep->start));
	sweep->after = shared_memory(sizeof(*sweep->after));
	if (!sweep->only || !strcmp(sweep->only, "cases"))
		run_cases(&tap);
	run_sweep(sweep, tap.directory);
	print_tallies(sweep);
	printf("1..%u\n", tap.count);
	driver_end(&sweep->driver);
	free(sweep);
	return tap.failed != 0;
}
