# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""
Takes the build and its unit tests, flips one operator or constant after the other in the rooms
below, and gives how many of these mutants the tests notice. Never counts one that does not
compile, or that is the same code.

Arguments: for each test "NAME: OBJECT… : LIBRARY…". NV2_SEED chooses the mutants, NV2_MUTANTS says
how many, NV2_MUTANT_FILES (a pattern) of which files; the exit status is 1 below 90 per cent, or
if one survives that tests/mutation/survivors has no reason for.
"""

import collections
import fnmatch
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

from candidates import candidates_of
from mutants import NOTICED, SURVIVED, USELESS, Broken, Builder, Test, Worker

ROOMS = ("src/blob", "src/boot", "src/wiring")
ENOUGH = 0.90


def read_reasons(path):
    """
    The known survivors: a line each, and below it, behind a tab, why. In the line a * stands for
    anything.
    """
    reasons, key = {}, None
    for line in path.read_text().splitlines():
        if line.startswith("\t") and key:
            reasons[key] = f"{reasons[key]} {line.strip()}".strip()
        elif line and not line.startswith("#"):
            key = line.strip()
            reasons[key] = ""
    return reasons


def reason_for(key, reasons):
    for known, reason in reasons.items():
        if key == known:
            return reason
    for known, reason in reasons.items():
        parts = [re.escape(part) for part in known.split("*")]
        if len(parts) > 1 and re.fullmatch(".*".join(parts), key):
            return reason
    return ""


def share_out(sizes, total):
    """How many mutants each room gets: by its size, and the whole without a rest."""
    whole = sum(sizes)
    ends = [0]
    for size in sizes:
        ends.append(ends[-1] + size)
    return [
        total * high // whole - total * low // whole for low, high in zip(ends, ends[1:])
    ]


def draw(candidates, count, chance):
    """
    Evenly: one out of each of `count` equal stretches of the room, and behind it the others of its
    stretch, for when it is of no use.
    """
    stretches = []
    for number in range(count):
        low = number * len(candidates) // count
        high = (number + 1) * len(candidates) // count
        stretch = candidates[low:high]
        chance.shuffle(stretch)
        stretches.append(stretch)
    return stretches


class Run:
    """The mutants to be judged, and what became of those that were."""

    def __init__(self, builder, tests, symbols, stretches):
        self.builder = builder
        self.tests = tests
        self.symbols = symbols
        self.stretches = collections.deque(stretches)
        self.outcomes = []
        self.useless = collections.Counter()
        self.empty = 0
        self.hits = collections.Counter()
        self.lock = threading.Lock()
        self.error = None

    def order(self, candidate):
        """The tests that have the file's code; those first that noticed most in it, quick ones
        before slow ones."""
        exports = set()
        for unit in self.builder.units(candidate.path):
            exports |= self.builder.exports[unit]
        using = [test for test in self.tests if exports & self.symbols[test.name]]
        room = os.path.dirname(candidate.path)
        return sorted(
            using,
            key=lambda test: (
                -self.hits[candidate.path, test.name],
                -self.hits[room, test.name],
                test.seconds,
            ),
        )

    def judge_stretch(self, worker, stretch):
        for candidate in stretch:
            with self.lock:
                order = self.order(candidate)
            outcome = worker.judge(candidate, order)
            with self.lock:
                if outcome.kind in USELESS:
                    self.useless[outcome.kind] += 1
                    continue
                self.outcomes.append((candidate, outcome))
                self.hits[candidate.path, outcome.by] += 1
                self.hits[os.path.dirname(candidate.path), outcome.by] += 1
                if outcome.kind == SURVIVED:
                    print(f"survived: line {candidate.line_number}: {candidate.key()}", flush=True)
                if sys.stderr.isatty() or "NV2_PROGRESS" in os.environ:
                    print(f"\r{len(self.outcomes)} ", end="", file=sys.stderr, flush=True)
            return
        with self.lock:
            self.empty += 1

    def work(self, worker):
        while True:
            with self.lock:
                if not self.stretches or self.error:
                    return
                stretch = self.stretches.popleft()
            try:
                self.judge_stretch(worker, stretch)
            except Exception as error:  # pylint: disable=broad-except # told by the main thread
                self.error = error
                return


def parse_tests(arguments, builddir, fixtures):
    """Paths are the build directory's; -l and other options stay."""

    def place(words):
        return [word if word.startswith("-") else str(builddir / word) for word in words]

    tests = []
    for argument in arguments:
        name, objects, libraries = (part.split() for part in argument.split(":"))
        runner = name[0].endswith("/runner")
        tests.append(
            Test(name[0], place(objects), place(libraries), [str(fixtures)] if runner else [])
        )
    return tests


def time_tests(worker, tests):
    """
    Each that has code of the rooms has to pass as it is, if need be with a process for each of its
    cases.
    """
    symbols = {}
    exports = set().union(*worker.builder.exports.values())
    for test in tests:
        done = worker.link(test, [], "whole")
        if done.returncode:
            raise Broken(f"cannot link {test.name}:\n{done.stdout.decode()}")
        names = subprocess.run(
            ["nm", "-g", "--defined-only", worker.directory / "whole"],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.decode()
        symbols[test.name] = {line.split()[-1] for line in names.splitlines()}
        if not symbols[test.name] & exports:
            continue
        for test.fork in (False, True):
            before = os.times()
            failed = worker.passes(test, worker.directory / "whole")
            after = os.times()
            if not failed:
                break
        else:
            raise Broken(f"{test.name} fails without any mutation")
        test.seconds = max(0.01, after[2] + after[3] - before[2] - before[3])
    return symbols


def report(results, reasons, out):
    """Prints what was found. Gives how many survived without a reason."""
    unexplained = 0
    rooms = {room: [0, 0] for room in ROOMS}
    print(file=out)
    for candidate, outcome in sorted(results.outcomes, key=lambda pair: pair[0].key()):
        counts = rooms[os.path.dirname(candidate.path)]
        counts[1] += 1
        if outcome.kind in NOTICED:
            counts[0] += 1
            continue
        reason = reason_for(candidate.key(), reasons)
        print(f"{candidate.key()}\n\t{reason or 'no reason given'}", file=out)
        unexplained += not reason
    print("\nroom          mutants  noticed", file=out)
    for room, (noticed, whole) in rooms.items():
        print(f"{room:<12} {whole:>8} {noticed:>8}", file=out)
    kinds = collections.Counter(outcome.kind for _, outcome in results.outcomes)
    print(
        "by a test that failed {failed}, crashed {crashed}, was stopped in a loop {stopped}".format(
            **{kind: kinds[kind] for kind in NOTICED}
        ),
        file=out,
    )
    for kind in USELESS:
        print(f"not counted, {kind}: {results.useless[kind]}", file=out)
    if results.empty:
        print(f"stretches without a mutant of use: {results.empty}", file=out)
    return unexplained


def verdict(results, unexplained, seconds):
    whole = len(results.outcomes)
    survived = sum(outcome.kind == SURVIVED for _, outcome in results.outcomes)
    noticed = whole - survived
    share = noticed / whole if whole else 0
    print(f"noticed {noticed} of {whole} ({100 * share:.1f} %) in {seconds:.0f} s")
    failed = []
    if share < ENOUGH:
        failed.append(f"fewer than {100 * ENOUGH:.0f} % were noticed")
    if unexplained:
        failed.append(f"{unexplained} survived without a reason in tests/mutation/survivors")
    for text in failed:
        print(f"FAIL: {text}")
    # One test for the rate, one for the reasons.
    print(f"{2 - len(failed)} passed, {len(failed)} failed, 0 skipped")
    return 1 if failed else 0


def main():
    source = pathlib.Path(os.environ["srcdir"]).resolve()
    builddir = pathlib.Path(os.environ["builddir"]).resolve()
    seed = int(os.environ.get("NV2_SEED") or 1)
    count = int(os.environ.get("NV2_MUTANTS") or 200)
    pattern = os.environ.get("NV2_MUTANT_FILES") or "*"
    chance = random.Random(seed)
    begin = time.monotonic()
    print(f"seed {seed}: NV2_SEED={seed} NV2_MUTANTS={count} repeats this run", flush=True)

    paths = {
        room: sorted(str(path.relative_to(source)) for path in (source / room).glob("*.[ch]"))
        for room in ROOMS
    }
    found = [
        [
            candidate
            for path in paths[room]
            if fnmatch.fnmatch(path, pattern)
            for candidate in candidates_of(path, (source / path).read_text())
        ]
        for room in ROOMS
    ]
    print(f"{sum(map(len, found))} mutations are possible", flush=True)
    stretches = []
    for room, part in zip(found, share_out([len(room) for room in found], count)):
        stretches += draw(room, part, chance)
    # Slow files lie together: mixed, the workers end at one time.
    chance.shuffle(stretches)

    builder = Builder(
        source,
        os.environ["CC"],
        os.environ["NV2_CFLAGS"].split(),
        os.environ["NV2_LDFLAGS"].split(),
    )
    with tempfile.TemporaryDirectory(prefix="nv2-mutation-") as name:
        work = pathlib.Path(name)
        workers = []
        for number in range(min(os.cpu_count() or 1, 2)):
            (work / str(number)).mkdir()
            workers.append(Worker(builder, work / str(number)))
        try:
            files = [path for room in ROOMS for path in paths[room] if path.endswith(".c")]
            builder.learn(workers[0].directory, files)
            tests = parse_tests(sys.argv[1:], builddir, os.environ["NV2_FIXTURES"])
            symbols = time_tests(workers[0], tests)
            results = Run(builder, tests, symbols, stretches)
            threads = [threading.Thread(target=results.work, args=(one,)) for one in workers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if results.error:
                raise results.error
        except Broken as error:
            print(f"FAIL: {error}\n0 passed, 1 failed, 0 skipped")
            return 1
    reasons = read_reasons(source / "tests/mutation/survivors")
    unexplained = report(results, reasons, sys.stdout)
    return verdict(results, unexplained, time.monotonic() - begin)


if __name__ == "__main__":
    sys.exit(main())
