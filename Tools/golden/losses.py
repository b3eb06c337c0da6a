"""Records the losses of a training, with the gradient of the output, from PyTorch and torchvision.

The arguments of a case are the loss as the product writes it in files.
"""

import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

from recording import TRAINING_GOLDEN, Recorder

SHAPES = {"rank 2": (6, 5), "rank 4": (2, 5, 3, 4)}


def one_hot(labels, classes):
    return torch.movedim(F.one_hot(labels.long(), classes), -1, 1).double()


def softmax_focal(input, labels, gamma, weights):
    """Cross-entropy times (1 - p)^gamma, PyTorch's weights and all, over the number of targets."""
    logarithm = torch.log_softmax(input, 1).gather(1, labels.long().unsqueeze(1)).squeeze(1)
    weight = 1 if weights is None else weights[labels.long()]
    return (-weight * (1 - logarithm.exp()) ** gamma * logarithm).mean()


def dice(input, target, activation, smooth):
    """V-Net's Dice coefficient, with squares below, for each image and class."""
    p = torch.softmax(input, 1) if activation == "softmax" else torch.sigmoid(input)
    axes = tuple(range(2, p.ndim))
    above = 2 * (p * target).sum(axes) + smooth
    below = (p ** 2).sum(axes) + (target ** 2).sum(axes) + smooth
    return (1 - above / below).mean()


def distillation(input, target, teacher, temperature, share):
    soft = F.kl_div(
        torch.log_softmax(input / temperature, 1), torch.softmax(teacher / temperature, 1),
        reduction="batchmean")
    hard = F.cross_entropy(input, target.long())
    return share * temperature ** 2 * soft + (1 - share) * hard


def contrastive(input, target, margin):
    """Hadsell et al., equation 4, with 1 for alike; the distance is PyTorch's."""
    target = target.long()
    left, right = input[target[:, 0]], input[target[:, 1]]
    alike = target[:, 2].double()
    near = (left - right).square().sum(1)
    far = (margin - F.pairwise_distance(left, right)).clamp(min=0).square()
    return (alike * near + (1 - alike) * far).mean() / 2


def record():
    recorder = Recorder("losses", "losses.py", folder=TRAINING_GOLDEN)

    def add(name, loss, function, shape, target, **more):
        recorder.case(
            name, function, {"input": recorder.normal(*shape, deviation=2), "target": target} | more,
            {"loss": loss}, constants=("target", *more))

    for rank, shape in SHAPES.items():
        classes, places = shape[1], shape[:1] + shape[2:]
        weights = [0.5, 2.0, 1.0, 0.25, 1.5]
        tensor = torch.tensor(weights, dtype=torch.float64)

        def labels():
            return recorder.integers(classes, *places)

        def probabilities():
            return torch.softmax(recorder.normal(*shape), 1).float().double()

        for smoothing in (0.0, 0.125):
            for weight, given in ((None, None), (weights, tensor)):
                for ignored in (None, 2):
                    index = -100 if ignored is None else ignored
                    add(f"cross-entropy, {rank}, smoothing {smoothing}, weights {weight}, ignoring "
                        f"{ignored}",
                        {"crossEntropy": {"labelSmoothing": smoothing}
                         | ({"classWeights": weight} if weight else {})
                         | ({"ignoreIndex": ignored} if ignored is not None else {})},
                        lambda input, target: F.cross_entropy(
                            input, target.long(), weight=given, ignore_index=index,
                            label_smoothing=smoothing),
                        shape, labels())
                add(f"soft cross-entropy, {rank}, smoothing {smoothing}, weights {weight}",
                    {"softCrossEntropy": {"labelSmoothing": smoothing}
                     | ({"classWeights": weight} if weight else {})},
                    lambda input, target: F.cross_entropy(
                        input, target, weight=given, label_smoothing=smoothing),
                    shape, probabilities())
        aligned = tensor.reshape(5, *([1] * (len(shape) - 2)))
        for weight, given in ((None, None), (weights, aligned)):
            add(f"binary cross-entropy, {rank}, weights {weight}",
                {"binaryCrossEntropy": {"positiveWeights": weight} if weight else {}},
                lambda input, target: F.binary_cross_entropy_with_logits(
                    input, target, pos_weight=given),
                shape, recorder.uniform(0, 1, *shape))
        for gamma in (0.0, 0.5, 2.0):
            for alpha in (None, 0.25):
                add(f"sigmoid focal, {rank}, gamma {gamma}, alpha {alpha}",
                    {"sigmoidFocal": {"gamma": gamma} | ({"alpha": alpha} if alpha else {})},
                    lambda input, target: sigmoid_focal_loss(
                        input, target, alpha=-1 if alpha is None else alpha, gamma=gamma,
                        reduction="mean"),
                    shape, recorder.integers(2, *shape).double())
            for weight, given in ((None, None), (weights, tensor)):
                add(f"softmax focal, {rank}, gamma {gamma}, weights {weight}",
                    {"softmaxFocal": {"gamma": gamma} | ({"classWeights": weight} if weight else {})},
                    lambda input, target: softmax_focal(input, target, gamma, given),
                    shape, labels())
        for kind, loss, function in (
            ("mean squared error", {"meanSquaredError": {}}, F.mse_loss),
            ("mean absolute error", {"meanAbsoluteError": {}}, F.l1_loss),
            ("Huber 1", {"huber": {"delta": 1.0}}, F.huber_loss),
            ("Huber 0.5", {"huber": {"delta": 0.5}}, lambda a, b: F.huber_loss(a, b, delta=0.5)),
            ("smooth L1, 1", {"smoothL1": {"beta": 1.0}}, F.smooth_l1_loss),
            ("smooth L1, 0.25", {"smoothL1": {"beta": 0.25}},
             lambda a, b: F.smooth_l1_loss(a, b, beta=0.25)),
            ("smooth L1, 0", {"smoothL1": {"beta": 0.0}},
             lambda a, b: F.smooth_l1_loss(a, b, beta=0.0)),
        ):
            add(f"{kind}, {rank}", loss, lambda input, target: function(input, target), shape,
                recorder.normal(*shape, deviation=2))

    shape = SHAPES["rank 4"]
    for smooth in (0.0, 1.0):
        add(f"Dice, softmax, smooth {smooth}", {"dice": {"activation": "softmax", "smooth": smooth}},
            lambda input, target: dice(input, one_hot(target, 5), "softmax", smooth), shape,
            recorder.integers(5, 2, 3, 4))
        add(f"Dice, sigmoid, smooth {smooth}", {"dice": {"activation": "sigmoid", "smooth": smooth}},
            lambda input, target: dice(input, target, "sigmoid", smooth), shape,
            recorder.integers(2, *shape).double())
    for temperature, share in ((1.0, 0.5), (4.0, 0.875), (2.0, 1.0)):
        add(f"distillation, temperature {temperature}, share {share}",
            {"distillation": {"temperature": temperature, "share": share}},
            lambda input, target, teacher: distillation(
                input, target, teacher, temperature, share),
            (6, 5), recorder.integers(5, 6), teacher=recorder.normal(6, 5, deviation=3))
    triplets = torch.tensor([[0, 1, 2], [3, 4, 5], [5, 3, 0], [2, 1, 4]])
    for margin, swap in ((1.0, False), (4.0, False), (4.0, True)):
        add(f"triplet margin {margin}, swap {swap}",
            {"tripletMargin": {"margin": margin, "swap": swap}},
            lambda input, target: F.triplet_margin_loss(
                *(input[target.long()[:, place]] for place in range(3)), margin=margin, swap=swap),
            (6, 5), triplets)
    pairs = torch.tensor([[0, 1, 1], [2, 3, 0], [4, 5, 0], [5, 0, 1], [1, 2, 0]])
    for margin in (1.0, 8.0):
        add(f"contrastive, margin {margin}", {"contrastive": {"margin": margin}},
            lambda input, target: contrastive(input, target, margin), (6, 5), pairs)
    recorder.write()
