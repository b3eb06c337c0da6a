"""Prints what TensorBoard's own reader finds in a run's folder, as JSON: read_events.py FOLDER.

Needs the packages of requirements.txt. Tests of FoveaTraining run it by the Python that PYTHON names;
Scripts/tensorboard-python.sh makes one.
"""

import json
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader


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
