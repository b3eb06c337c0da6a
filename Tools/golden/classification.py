"""Records what scikit-learn says of predictions: confusion matrix, precision, recall, F1 and support."""

import json

import numpy
import sklearn
import torch
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from recording import SEED, TRAINING_GOLDEN

CLASSES = 6
IMAGES = 240


def record():
    generator = torch.Generator().manual_seed(SEED)
    # Class 4 has no image, and class 5 is never predicted.
    labels = torch.randint(CLASSES - 1, (IMAGES,), generator=generator)
    labels[labels == 4] = 5
    logits = torch.randn(IMAGES, CLASSES, generator=generator)
    logits[torch.arange(IMAGES), labels] += 1.5
    logits[:, 5] = -9
    # Few digits, so that the file is small.
    logits = (logits * 100).round() / 100
    predicted = logits.argmax(1)
    losses = torch.nn.functional.cross_entropy(logits.double(), labels, reduction="none")

    def scores(average):
        values = precision_recall_fscore_support(
            labels, predicted, labels=range(CLASSES), average=average, zero_division=0)
        return [numpy.asarray(value).tolist() for value in values[:3]]

    content = {
        "source": f"scikit-learn {sklearn.__version__}, PyTorch {torch.__version__.split('+')[0]}, "
                  f"Tools/golden/classification.py, seed {SEED}",
        "labels": labels.tolist(),
        "logits": [round(value, 2) for value in logits.flatten().tolist()],
        "losses": [round(value, 9) for value in losses.tolist()],
        "confusion": confusion_matrix(labels, predicted, labels=range(CLASSES)).tolist(),
        "support": torch.bincount(labels, minlength=CLASSES).tolist(),
        "scores": scores(None),
        "macro": scores("macro"),
        "weighted": scores("weighted"),
    }
    (TRAINING_GOLDEN / "classification.json").write_text(json.dumps(content) + "\n")
