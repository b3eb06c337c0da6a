"""What all peers share: the commands, and how time is taken.

A peer reads commands from standard input and answers each with one line on standard output:

    infer NETWORK N   median milliseconds of N predictions
    train NETWORK N   median milliseconds of N training steps
    check KIND NETWORK    what the network answered: its first output, or the loss of its first steps
    memory            the most memory, in bytes, that the process has had resident
    quit              ends the process; so does the end of the input

A network is loaded and warmed up when it is first named, and dropped when another one is. An answer
that begins with `error: ` says what is wrong. The first line, before any command, is `ready` with the
version and the settings. Between commands a peer uses no time once its threads have gone to sleep,
which takes them less than the pause that the benchmark makes after each turn.
"""

import argparse
import statistics
import sys
import time

import networks

LARGEST = 1_000_000
CHECKED_STEPS = 3


def milliseconds(run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def median_milliseconds(run, count):
    return statistics.median(milliseconds(run) for _ in range(count))


def warm_up(run):
    """At least three runs and half a second."""
    start, count = time.perf_counter(), 0
    while count < 3 or time.perf_counter() - start < 0.5:
        run()
        count += 1


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class Peer:
    """Answers commands with the works that `load(kind, network)` makes.

    `load` returns a function that runs the work once, and the numbers for `check`.
    """

    def __init__(self, load):
        self.load = load
        self.name = None
        self.run = None
        self.checked = None

    def prepare(self, kind, network):
        if (kind, network) not in networks.WORKS:
            raise ValueError(f"there is no work '{kind} {network}'")
        if self.name != (kind, network):
            self.name = self.run = self.checked = None
            self.run, self.checked = self.load(kind, network)
            warm_up(self.run)
            self.name = (kind, network)

    def answer(self, line):
        words = line.split()
        if words == ["memory"]:
            return str(peak_bytes())
        if len(words) != 3:
            raise ValueError(f"{line.strip()!r} is no command; see Benchmarks/Peers/peer.py")
        if words[0] == "check":
            self.prepare(words[1], words[2])
            return " ".join(f"{number:.6g}" for number in self.checked)
        if not words[2].isdecimal() or not 1 <= int(words[2]) <= LARGEST:
            raise ValueError(f"{words[2]!r} is no number of runs; send 1 to {LARGEST}")
        self.prepare(words[0], words[1])
        return f"{median_milliseconds(self.run, int(words[2])):.4f}"

    def serve(self, greeting):
        # What a library prints goes to the error stream: the output is for answers alone.
        output, sys.stdout = sys.stdout, sys.stderr
        print(f"ready {greeting}", file=output, flush=True)
        for line in sys.stdin:
            if line.strip() == "quit":
                break
            try:
                answer = self.answer(line)
            except Exception as error:  # a peer that cannot do one work can do the others
                answer = "error: " + str(error).strip().split("\n")[0]
            print(answer, file=output, flush=True)


def options(description, *extra):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--cache", required=True, help="the folder that convert.py has filled")
    parser.add_argument("--threads", type=int, default=2)
    for name, arguments in extra:
        parser.add_argument(name, **arguments)
    result = parser.parse_args()
    if result.threads < 1:
        parser.error("--threads must be 1 or more")
    return result
