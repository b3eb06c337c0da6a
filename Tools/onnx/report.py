"""Counts a report of ONNXBackendTests by operator: report.py NAME FILE"""

import collections
import re
import sys


def known_difference(case):
    """Whether a case asks for something else than we, and others, answer."""
    # What bfloat16 rounds to is computed in float32 here, and closer to the truth.
    if "bfloat16" in case.lower():
        return True
    # Aligned corners go by the extent that the result has, as in ONNX Runtime, not by one with a fraction.
    return re.fullmatch(r"test_resize_downsample_scales_(linear|cubic)_align_corners", case) is not None


def operator(case):
    """The operator that a case is named after."""
    name = re.sub(r"^test_(operator_)?", "", case)
    return re.split(r"[_\d]", name)[0].lower()


def main():
    name, path = sys.argv[1:]
    counts = collections.defaultdict(collections.Counter)
    failures = []
    for line in open(path, encoding="utf-8"):
        outcome, case, *reason = line.rstrip("\n").split("\t")
        counts[operator(case)][outcome] += 1
        if outcome == "FAILED" and not known_difference(case):
            failures.append(f"{case}: {' '.join(reason)}")
    columns = ("passed", "FAILED", "unsupported")
    print(f"{name:24}" + "".join(f"{column:>13}" for column in columns))
    for key, row in sorted(counts.items()):
        print(f"{key:24}" + "".join(f"{row[column]:13}" for column in columns))
    total = sum(counts.values(), collections.Counter())
    print(f"{'all':24}" + "".join(f"{total[column]:13}" for column in columns))
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
