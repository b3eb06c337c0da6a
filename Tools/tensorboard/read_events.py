"""Prints what TensorBoard's own reader finds in a run's folder, as JSON: read_events.py FOLDER.

Needs the package tensorboard; exits with 3 where there is none. A test of FoveaTraining runs it where
PYTHON names a Python.
"""

import json
import sys
from pathlib import Path

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
except ImportError:
    sys.exit(3)


def main():
    folder = Path(sys.argv[1])
    files = sorted(folder.glob("events.out.tfevents.*"))
    versions = [next(iter(EventFileLoader(str(file)).Load())).file_version for file in files]
    # 0 keeps all instead of a sample.
    events = EventAccumulator(str(folder), {"scalars": 0, "images": 0, "histograms": 0})
    events.Reload()
    tags = events.Tags()
    print(json.dumps({
        "versions": versions,
        "scalars": {
            tag: [[event.step, event.value] for event in events.Scalars(tag)]
            for tag in tags["scalars"]
        },
        "images": {
            tag: [
                [event.step, event.width, event.height, len(event.encoded_image_string)]
                for event in events.Images(tag)
            ]
            for tag in tags["images"]
        },
        "histograms": {
            tag: [
                [event.step, event.histogram_value.num, event.histogram_value.min,
                 event.histogram_value.max, event.histogram_value.sum]
                for event in events.Histograms(tag)
            ]
            for tag in tags["histograms"]
        },
    }))


if __name__ == "__main__":
    main()
