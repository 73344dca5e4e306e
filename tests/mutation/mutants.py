# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""
Takes one mutation and the unit tests, gives whether they notice it. Builds in a copy of the
sources, one for each worker; never touches the sources.
"""

import collections
import dataclasses
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

MEMORY = 4 << 30  # what a mutant may ask for
FILE = 256 << 20  # and write

Outcome = collections.namedtuple("Outcome", "kind by")  # by: the test that noticed, or ""
# What becomes of a mutant. The first two are not counted.
USELESS = ("does not compile", "same code")
NOTICED = ("failed", "crashed", "stopped")
SURVIVED = "survived"


@dataclasses.dataclass
class Test:
    """A unit test, as the build has it."""

    name: str
    objects: list
    libraries: list
    arguments: list
    fork: bool = False
    seconds: float = 0.0  # what it takes when all is well


class Broken(Exception):
    """Nothing can be said about any mutant."""


def run(command, cwd):
    return subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )


def end_session(session):
    """Kills what a test has left: Check puts each case into a process group of its own."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(entry.name), signal.SIGKILL)
        except (OSError, IndexError):
            pass


class Builder:
    """What all workers share: how to compile, and what the sources give unchanged."""

    def __init__(self, source, compiler, flags, link_flags):
        self.source = source
        # Without line numbers equal code is equal bytes.
        self.compile_flags = [compiler, *flags, "-g0"]
        self.link_flags = [compiler, *flags, *link_flags, "-g0"]
        self.objects = {}
        self.exports = {}
        self.includers = collections.defaultdict(list)

    def compile(self, directory, path, output):
        return run(
            [*self.compile_flags, "-D_XOPEN_SOURCE=700", "-D_FILE_OFFSET_BITS=64", "-Isrc"]
            + [f"-I{self.source}/include", "-c", path, "-o", output],
            directory,
        )

    def learn(self, directory, paths):
        """Compiles all as it is, and finds which file includes which header."""
        for path in paths:
            done = self.compile(directory, path, "unchanged.o")
            if done.returncode:
                raise Broken(f"cannot compile {path}:\n{done.stdout.decode()}")
            self.objects[path] = (directory / "unchanged.o").read_bytes()
            names = run(["nm", "-g", "--defined-only", "unchanged.o"], directory).stdout
            self.exports[path] = {line.split()[-1] for line in names.decode().splitlines()}
            rule = run(
                [*self.compile_flags, "-Isrc", f"-I{self.source}/include", "-MM", path], directory
            ).stdout.decode()
            for word in rule.replace("\\\n", " ").split()[2:]:
                self.includers[os.path.normpath(word)].append(path)

    def units(self, path):
        """The files to be compiled when this one changes."""
        return [path] if path.endswith(".c") else self.includers[path]


class Worker:
    """A copy of the sources, and a place where tests run."""

    def __init__(self, builder, directory):
        self.builder = builder
        self.directory = directory
        shutil.copytree(builder.source / "src", directory / "src")
        self.place = directory / "place"

    def link(self, test, objects, output):
        return run(
            [*self.builder.link_flags, "-o", output, *objects, *test.objects, *test.libraries],
            self.directory,
        )

    def start(self, test, program):
        """In an empty directory of its own, which is also that of its temporary files."""
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        limit = 3 + int(5 * test.seconds) if test.seconds else 300

        def confine():
            # Of time only what it uses itself counts: a busy machine notices no mutant.
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        environment = dict(os.environ, TMPDIR=str(self.place), srcdir=str(self.builder.source))
        environment["CK_FORK"] = "yes" if test.fork else "no"
        return subprocess.Popen(
            [str(program), *test.arguments],
            cwd=self.place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=confine,
        )

    def passes(self, test, program):
        """Runs a test up to its first failure. Gives how that failed, or None."""
        process = self.start(test, program)
        wall = 600 if not test.seconds else 120 + 60 * test.seconds
        alarm = time.monotonic() + wall
        os.set_blocking(process.stdout.fileno(), False)
        said, failed = b"", None
        while process.poll() is None and not failed:
            said += process.stdout.read() or b""
            if said.startswith(b"not ok") or b"\nnot ok" in said:
                failed = "failed"
            elif time.monotonic() > alarm:
                failed = "stopped"
            else:
                time.sleep(0.002)
        end_session(process.pid)
        status = process.wait()
        process.stdout.close()
        if failed or not status:
            return failed
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            return "stopped"
        return "crashed" if status < 0 else "failed"

    def judge(self, candidate, tests):
        """Builds a mutant and runs the tests upon it, in their order, up to the first failure."""
        path = self.directory / candidate.path
        original = path.read_bytes()
        text = original.decode()
        path.write_text(text[: candidate.start] + candidate.to + text[candidate.end :])
        try:
            objects = self.compile_units(candidate)
        finally:
            path.write_bytes(original)
        if isinstance(objects, str):
            return Outcome(objects, "")
        for test in tests:
            done = self.link(test, objects, "mutant")
            if done.returncode:
                raise Broken(f"cannot link {test.name}:\n{done.stdout.decode()}")
            kind = self.passes(test, self.directory / "mutant")
            if kind:
                return Outcome(kind, test.name)
        return Outcome(SURVIVED, "")

    def compile_units(self, candidate):
        """The objects that differ from those of the sources, or why there is none."""
        objects = []
        for number, unit in enumerate(self.builder.units(candidate.path)):
            output = f"mutant{number}.o"
            if self.builder.compile(self.directory, unit, output).returncode:
                return USELESS[0]
            if (self.directory / output).read_bytes() != self.builder.objects[unit]:
                objects.append(output)
        return objects or USELESS[1]
