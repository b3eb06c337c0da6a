"""Records embeddings, recurrent layers and attention."""

import torch
import torch.nn.functional as F

from recording import Recorder


def embeddings():
    recorder = Recorder("embedding", "sequences.py")
    for shape, rows, features, padding in (
        ((5,), 7, 3, None), ((2, 4), 5, 17, 0), ((2, 3, 2), 4, 1, 3), ((), 3, 2, None),
    ):
        arguments = {} if padding is None else {"paddingIndex": padding}
        recorder.case(
            f"indices {list(shape)} of {rows} rows, padding {padding}",
            lambda weight, indices, padding=padding: F.embedding(indices, weight, padding),
            {"weight": recorder.normal(rows, features), "indices": recorder.integers(rows, *shape)},
            arguments)
    recorder.write()


def recurrent(name, module):
    recorder = Recorder(name, "sequences.py")
    for steps, features, size, layers, bias, batch_first, bidirectional in (
        (1, 3, 4, 1, True, True, False), (5, 3, 4, 1, True, True, False),
        (4, 5, 3, 2, True, True, True), (3, 2, 3, 1, False, True, True),
        (2, 3, 4, 3, True, False, False),
    ):
        layer = module(
            features, size, layers, bias=bias, batch_first=batch_first, bidirectional=bidirectional
        ).double()
        shape = (2, steps, features) if batch_first else (steps, 3, features)
        inputs = {"input": recorder.normal(*shape)}
        for parameter, value in layer.named_parameters():
            inputs[parameter] = recorder.normal(*value.shape, deviation=0.5)

        def run(input, layer=layer, **parameters):
            output, state = torch.func.functional_call(layer, parameters, (input,))
            if name == "gru":
                return {"output": output, "hidden": state}
            return {"output": output, "hidden": state[0], "cell": state[1]}

        recorder.case(
            f"{steps} steps, {layers} layers, bias {bias}, batch first {batch_first}, "
            f"bidirectional {bidirectional}", run, inputs,
            {
                "hiddenSize": size, "layers": layers, "bias": bias, "batchFirst": batch_first,
                "bidirectional": bidirectional,
            })
    recorder.write()


def attention():
    recorder = Recorder("multihead_attention", "sequences.py")
    for length, source, features, heads, bias in (
        (4, None, 6, 2, True), (3, None, 8, 4, False), (1, None, 5, 1, True), (3, 5, 6, 3, True),
    ):
        layer = torch.nn.MultiheadAttention(features, heads, bias=bias, batch_first=True).double()
        inputs = {"input": recorder.normal(2, length, features)}
        if source:
            inputs["source"] = recorder.normal(2, source, features)
        for parameter, value in layer.named_parameters():
            inputs[parameter] = recorder.normal(*value.shape, deviation=0.5)

        def run(input, source=None, layer=layer, **parameters):
            other = input if source is None else source
            return torch.func.functional_call(
                layer, parameters, (input, other, other), {"need_weights": False})[0]

        recorder.case(
            f"{length} queries of {features} in {heads} heads, source {source}, bias {bias}", run,
            inputs, {"heads": heads, "bias": bias})
    recorder.write()

    recorder = Recorder("scaled_dot_product_attention", "sequences.py")
    for shape, causal in (((2, 4, 3), False), ((2, 5, 4), True), ((2, 3, 4, 5), True)):
        recorder.case(
            f"{list(shape)}, causal {causal}",
            lambda query, key, value, causal=causal: F.scaled_dot_product_attention(
                query, key, value, is_causal=causal),
            {role: recorder.normal(*shape) for role in ("query", "key", "value")},
            {"isCausal": causal})
    recorder.write()


def record():
    embeddings()
    recurrent("lstm", torch.nn.LSTM)
    recurrent("gru", torch.nn.GRU)
    attention()
