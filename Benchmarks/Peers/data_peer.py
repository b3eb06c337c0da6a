"""Loads images with torchvision and PyTorch's DataLoader, on request.

    python data_peer.py --images FOLDER --batch B --workers W --count N

The folder has a folder of images for each class. After the line `ready …`, each line of input names one of the CASES,
and is answered by the images a second of one pass over N images, in a new random order. Workers stay from pass to
pass, and the first pass of a case, which starts them, is not timed. That of another case ends them.
"""

import argparse
import sys
import time

import torch
import torchvision
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import ImageFolder

NUMBERS = [
    transforms.ToTensor(),
    transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
]
CROP = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()]
CASES = {
    "decode": NUMBERS,
    "augment": CROP + NUMBERS,
    "trivial-augment": CROP + [transforms.TrivialAugmentWide()] + NUMBERS,
}


def loader(case, arguments):
    images = ImageFolder(arguments.images, transforms.Compose(CASES[case]))
    step = max(len(images) // arguments.count, 1)
    chosen = Subset(images, range(0, len(images), step)[: arguments.count])
    return DataLoader(
        chosen,
        batch_size=arguments.batch,
        shuffle=True,
        num_workers=arguments.workers,
        persistent_workers=arguments.workers > 0,
    )


def images_a_second(batches):
    start, count = time.perf_counter(), 0
    for images, _ in batches:
        count += len(images)
    return count / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    arguments = parser.parse_args()
    # The consumer only counts; its threads would take time from the workers.
    torch.set_num_threads(1)
    print(f"ready PyTorch {torch.__version__}, torchvision {torchvision.__version__}", flush=True)
    case, batches = None, None
    for line in sys.stdin:
        if line.strip() != case:
            case, batches = line.strip(), None
            batches = loader(case, arguments)
            images_a_second(batches)
        print(images_a_second(batches), flush=True)


if __name__ == "__main__":
    main()
