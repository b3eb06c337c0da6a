"""Times PyTorch on request, so that a benchmark can take turns with it.

Reads commands from standard input and answers each with one line on standard output:

    step N      N training steps of simple_cnn: batch 64, cross-entropy, SGD with momentum, eager
    forward N   N forward 3x3 convolutions, 256 to 256 channels, one 56x56 image, no gradient
    quit        ends the process; so does the end of the input

The answer is the median milliseconds of the N runs, or `error: ` and what to do. The first line,
before any command, is `ready` with the version and the settings. Between commands it uses no time.

Run with: python Benchmarks/Peers/pytorch_peer.py [--threads 2] [--channels-last]
"""

import argparse
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

WARM_UPS = 10
LARGEST = 1_000_000


def simple_cnn():
    def block(inputs, outputs, kernel):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2), nn.ReLU(), nn.BatchNorm2d(outputs))

    return nn.Sequential(
        block(1, 8, 5), block(8, 16, 3), block(16, 32, 3), block(32, 64, 3),
        nn.Sequential(nn.Conv2d(64, 10, 3, 2, 1), nn.BatchNorm2d(10)), nn.Flatten())


def training_step(layout):
    """A function that makes one training step."""
    torch.manual_seed(0)
    model = simple_cnn().to(memory_format=layout).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.06, momentum=0.9)
    images = torch.randn(64, 1, 28, 28).to(memory_format=layout)
    labels = torch.randint(10, (64,))

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()

    return step


def forward_convolution(layout):
    """A function that makes one convolution, with layout and weights as `nn.Conv2d` keeps them."""
    torch.manual_seed(0)
    convolution = nn.Conv2d(256, 256, 3, padding=1).to(memory_format=layout)
    image = torch.randn(1, 256, 56, 56).to(memory_format=layout)

    def forward():
        with torch.inference_mode():
            convolution(image)

    return forward


def median_milliseconds(run, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def answer(line, runs):
    """The line that answers `line`; `runs` maps a command to what it times."""
    words = line.split()
    if len(words) != 2 or words[0] not in runs:
        return f"error: {line.strip()!r} is no command; send 'step N', 'forward N' or 'quit'"
    if not words[1].isdecimal() or not 1 <= int(words[1]) <= LARGEST:
        return f"error: {words[1]!r} is no number of runs; send 1 to {LARGEST}"
    return f"{median_milliseconds(runs[words[0]], int(words[1])):.4f}"


def main():
    parser = argparse.ArgumentParser(description="Times PyTorch on commands from standard input.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels-last", action="store_true")
    options = parser.parse_args()
    if options.threads < 1:
        parser.error("--threads must be 1 or more")
    torch.set_num_threads(options.threads)

    layout = torch.channels_last if options.channels_last else torch.contiguous_format
    runs = {"step": training_step(layout), "forward": forward_convolution(layout)}
    for run in runs.values():
        median_milliseconds(run, WARM_UPS)
    order = "channels last" if options.channels_last else "NCHW"
    print(
        f"ready PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {order}, "
        f"{torch.backends.cpu.get_cpu_capability()}", flush=True)

    for line in sys.stdin:
        if line.strip() == "quit":
            break
        print(answer(line, runs), flush=True)


if __name__ == "__main__":
    main()
