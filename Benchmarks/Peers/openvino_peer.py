"""Times OpenVINO on request; see peer.py for the commands.

One stream, which its latency hint chooses, in float32.

Run with: python openvino_peer.py --cache DIR [--threads 2]
"""

import openvino
from safetensors.numpy import load_file

import networks
import peer


def loader(cache, threads):
    core = openvino.Core()
    hints = {
        "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32"}

    def load(kind, network):
        if kind != "infer":
            raise ValueError("OpenVINO makes predictions alone")
        paths = networks.files(cache, kind, network)
        request = core.compile_model(str(paths.onnx), "CPU", hints).create_infer_request()
        request.set_input_tensor(openvino.Tensor(load_file(paths.data)["images"]))

        def run():
            request.infer()

        run()
        return run, request.get_output_tensor().data.flatten().tolist()

    return load


if __name__ == "__main__":
    settings = peer.options("Times OpenVINO on commands from standard input.")
    peer.Peer(loader(settings.cache, settings.threads)).serve(
        f"OpenVINO {openvino.__version__}, {settings.threads} threads, float32")
