"""Times ncnn on request; see peer.py for the commands.

In float32: storage, packing and arithmetic in half precision are off. Networks come through pnnx.

Run with: python ncnn_peer.py --cache DIR [--threads 2]
"""

import ncnn
import numpy
from safetensors.numpy import load_file

import networks
import peer


def loader(cache, threads):
    def load(kind, network):
        if kind != "infer":
            raise ValueError("ncnn makes predictions alone")
        paths = networks.files(cache, kind, network)
        net = ncnn.Net()
        net.opt.num_threads = threads
        net.opt.use_vulkan_compute = False
        net.opt.use_fp16_packed = False
        net.opt.use_fp16_storage = False
        net.opt.use_fp16_arithmetic = False
        net.opt.use_bf16_storage = False
        if net.load_param(str(paths.ncnn_param)) or net.load_model(str(paths.ncnn_bin)):
            raise ValueError(f"ncnn cannot read {paths.ncnn_param}; delete its folder")
        # Mat does not keep what it is made from alive.
        pixels = load_file(paths.data)["images"][0]
        image = ncnn.Mat(pixels).clone()

        def run():
            with net.create_extractor() as extractor:
                extractor.input(net.input_names()[0], image)
                status, result = extractor.extract(net.output_names()[0])
                if status:
                    raise ValueError(f"ncnn gave no result ({status})")
                return numpy.array(result)

        return run, run().flatten().tolist()

    return load


if __name__ == "__main__":
    settings = peer.options("Times ncnn on commands from standard input.")
    peer.Peer(loader(settings.cache, settings.threads)).serve(
        f"ncnn {ncnn.__version__}, {settings.threads} threads, float32")
