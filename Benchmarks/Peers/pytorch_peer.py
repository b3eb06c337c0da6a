"""Times PyTorch on request, eager or compiled; see peer.py for the commands.

Each work is tried in NCHW and in channels-last order, and runs in the faster one. A compiled
network is compiled by torch.compile's default backend, for predictions with its weights frozen, which
lets it fold batch normalisation and pack weights; its code is cached in the cache folder.

Run with: python pytorch_peer.py --cache DIR [--threads 2] [--compiled] [--layout nchw|channels-last]
"""

import os

import peer

settings = peer.options(
    "Times PyTorch on commands from standard input.",
    ("--compiled", {"action": "store_true"}),
    ("--layout", {"choices": ["nchw", "channels-last"], "help": "only this one"}))
# Is read when torch is imported.
os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.join(settings.cache, "inductor"))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import networks  # noqa: E402

LAYOUTS = {"nchw": torch.contiguous_format, "channels-last": torch.channels_last}


def prediction(network, layout):
    """A function that makes one prediction, and its output."""
    model, data = networks.load(settings.cache, "infer", network)
    model = model.to(memory_format=layout).eval()
    image = data["images"].to(memory_format=layout)
    if settings.compiled:
        model = torch.compile(model)

    def run():
        with torch.no_grad():
            return model(image)

    return run, run().flatten().tolist()


def training_step(network, layout):
    """A function that makes one training step, and the losses of the first few."""
    model, data = networks.load(settings.cache, "train", network)
    model = model.to(memory_format=layout).train()
    images = data["images"].to(memory_format=layout)
    labels = data["labels"].long()
    optimizer = torch.optim.SGD(
        model.parameters(), lr=networks.LEARNING_RATE, momentum=networks.MOMENTUM)

    def loss_of(images, labels):
        return F.cross_entropy(model(images), labels)

    if settings.compiled:
        loss_of = torch.compile(loss_of)

    def run():
        optimizer.zero_grad()
        loss = loss_of(images, labels)
        loss.backward()
        optimizer.step()
        return loss

    return run, [run().item() for _ in range(peer.CHECKED_STEPS)]


def load(kind, network):
    make = {"infer": prediction, "train": training_step}[kind]
    if settings.compiled:
        torch._inductor.config.freezing = kind == "infer"
    best = None
    for name in [settings.layout] if settings.layout else LAYOUTS:
        torch.compiler.reset()
        run, checked = make(network, LAYOUTS[name])
        run()
        time = peer.median_milliseconds(run, 3)
        if best is None or time < best[0]:
            best = (time, run, checked)
    return best[1:]


if __name__ == "__main__":
    torch.set_num_threads(settings.threads)
    if settings.compiled:
        import torch._inductor.config
    mode = "compiled" if settings.compiled else "eager"
    peer.Peer(load).serve(
        f"PyTorch {torch.__version__} {mode}, {torch.get_num_threads()} threads, "
        f"{torch.backends.cpu.get_cpu_capability()}")
