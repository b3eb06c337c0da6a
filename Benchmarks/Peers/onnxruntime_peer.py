"""Times ONNX Runtime on request; see peer.py for the commands.

All graph optimisations. Its threads spin within a run, as they do by default, and for a while
after it: less than the pause that the benchmark makes after each turn.

Run with: python onnxruntime_peer.py --cache DIR [--threads 2]
"""

import onnxruntime
from safetensors.numpy import load_file

import networks
import peer


def loader(cache, threads):
    def load(kind, network):
        if kind != "infer":
            raise ValueError("ONNX Runtime makes predictions alone")
        paths = networks.files(cache, kind, network)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(
            paths.onnx, options, providers=["CPUExecutionProvider"])
        inputs = {session.get_inputs()[0].name: load_file(paths.data)["images"]}

        def run():
            return session.run(None, inputs)[0]

        return run, run().flatten().tolist()

    return load


if __name__ == "__main__":
    settings = peer.options("Times ONNX Runtime on commands from standard input.")
    peer.Peer(loader(settings.cache, settings.threads)).serve(
        f"ONNX Runtime {onnxruntime.__version__}, {settings.threads} threads")
