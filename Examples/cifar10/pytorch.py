"""The same recipe in PyTorch, to compare time and accuracy with: the network, the images' way to it,
the optimiser and the schedule are those of Sources/cifar10.

    python Examples/cifar10/pytorch.py FOLDER [EPOCHS] [SEED]

Needs torch and torchvision, of the versions of Benchmarks/Peers/requirements.txt. Images are decoded by
two workers; the network runs in channels-last order, which is the faster one on a CPU.
"""

import sys
import time

import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
LEARNING_RATE, WEIGHT_DECAY = 0.008, 0.15
WHITENING_DIRECTIONS = 12


def halving_block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.MaxPool2d(2),
        nn.BatchNorm2d(outputs), nn.GELU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.GELU())


def cifar_net(classes, width=64):
    stem = 2 * WHITENING_DIRECTIONS
    return nn.Sequential(
        nn.Conv2d(3, stem, 3, padding=1), nn.GELU(),
        halving_block(stem, width), halving_block(width, 3 * width),
        halving_block(3 * width, 4 * width),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4 * width, classes))


def whitening_filters(images):
    """Directions in which patches vary most, divided by how far, and their negatives."""
    patches = F.unfold(images, 3).transpose(1, 2).reshape(-1, 3 * 3 * 3).double()
    variances, directions = torch.linalg.eigh(patches.T @ patches / len(patches))
    filters = (directions / torch.sqrt(variances + 5e-4)).T.reshape(-1, 3, 3, 3)
    filters = filters.flip(0)[:WHITENING_DIRECTIONS]
    return torch.cat([filters, -filters]).float()


class FilterMuon:
    """torch.optim.Muon, which takes matrices alone, for convolutions: their filters are rows."""

    def __init__(self, weights):
        self.weights = weights
        self.matrices = [nn.Parameter(weight.detach().flatten(1).clone()) for weight in weights]
        self.optimizer = torch.optim.Muon(
            self.matrices, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY,
            adjust_lr_fn="match_rms_adamw")

    @torch.no_grad()
    def step(self):
        for weight, matrix in zip(self.weights, self.matrices):
            matrix.grad = weight.grad.flatten(1)
        self.optimizer.step()
        for weight, matrix in zip(self.weights, self.matrices):
            weight.copy_(matrix.view_as(weight))


def main():
    folder = sys.argv[1]
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    torch.manual_seed(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    torch.set_num_threads(2)
    last = [transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)]
    training = DataLoader(
        datasets.ImageFolder(folder + "/train", transforms.Compose([
            transforms.RandomCrop(32, padding=4, padding_mode="reflect"),
            transforms.RandomHorizontalFlip(), *last])),
        batch_size=256, shuffle=True, drop_last=True, num_workers=2)
    test = DataLoader(
        datasets.ImageFolder(folder + "/test", transforms.Compose(last)),
        batch_size=500, num_workers=2)
    model = cifar_net(len(training.dataset.classes))
    with torch.no_grad():
        model[0].weight.copy_(whitening_filters(next(iter(training))[0]))
    model[0].requires_grad_(False)
    model = model.to(memory_format=torch.channels_last)
    learned = [p for p in model.parameters() if p.requires_grad]
    muon = FilterMuon([p for p in learned if p.ndim > 1])
    vectors = torch.optim.AdamW(
        [p for p in learned if p.ndim == 1], lr=LEARNING_RATE, weight_decay=0)
    schedules = [
        torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=LEARNING_RATE, total_steps=epochs * len(training),
            cycle_momentum=optimizer is muon.optimizer)
        for optimizer in (muon.optimizer, vectors)]
    start = time.perf_counter()
    for epoch in range(epochs):
        epoch_start = time.perf_counter()
        model.train()
        total = 0.0
        for images, labels in training:
            model.zero_grad()
            loss = F.cross_entropy(
                model(images.to(memory_format=torch.channels_last)), labels, label_smoothing=0.1)
            loss.backward()
            muon.step()
            vectors.step()
            for schedule in schedules:
                schedule.step()
            total += loss.item()
        model.eval()
        right = 0
        with torch.no_grad():
            for images, labels in test:
                scores = model(images.to(memory_format=torch.channels_last))
                right += (scores.argmax(1) == labels).sum().item()
        print(
            f"epoch {epoch + 1}: training loss {total / len(training):.4f}, test accuracy "
            f"{100 * right / len(test.dataset):.2f} %, {time.perf_counter() - epoch_start:.1f} s",
            flush=True)
    print(f"trained in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
