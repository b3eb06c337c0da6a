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


def halving_block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.MaxPool2d(2),
        nn.BatchNorm2d(outputs), nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def cifar_net(classes, width=64):
    return nn.Sequential(
        nn.Conv2d(3, width // 2, 3, padding=1, bias=False), nn.BatchNorm2d(width // 2), nn.ReLU(),
        halving_block(width // 2, width), halving_block(width, 3 * width),
        halving_block(3 * width, 4 * width),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4 * width, classes))


def main():
    folder = sys.argv[1]
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 14
    torch.manual_seed(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    torch.set_num_threads(2)
    last = [transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)]
    training = DataLoader(
        datasets.ImageFolder(folder + "/train", transforms.Compose([
            transforms.RandomCrop(32, padding=4, padding_mode="reflect"),
            transforms.RandomHorizontalFlip(), *last])),
        batch_size=128, shuffle=True, drop_last=True, num_workers=2)
    test = DataLoader(
        datasets.ImageFolder(folder + "/test", transforms.Compose(last)),
        batch_size=500, num_workers=2)
    model = cifar_net(len(training.dataset.classes)).to(memory_format=torch.channels_last)
    # Biases and batch normalisation do not decay.
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": 5e-4},
        {"params": [p for p in model.parameters() if p.ndim == 1], "weight_decay": 0}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.1, total_steps=epochs * len(training))
    start = time.perf_counter()
    for epoch in range(epochs):
        epoch_start = time.perf_counter()
        model.train()
        total = 0.0
        for images, labels in training:
            optimizer.zero_grad()
            loss = F.cross_entropy(
                model(images.to(memory_format=torch.channels_last)), labels, label_smoothing=0.1)
            loss.backward()
            optimizer.step()
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
