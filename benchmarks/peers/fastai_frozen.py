"""fastai's vision learner with a frozen body, begun with our trunk, as its users run it.

The body decodes and runs every epoch; the head is fastai's own (two linear layers, average and
maximum pooling), trained by `fit_one_cycle` at the rate of `fine_tune`, and, as fastai does it, the
body's batch normalisation goes on learning. Pictures have three channels, as fastai's loaders give
them, the trunk's first layer divided among them; they are normalised one by one, as the trunk knows
them, and the only variation is the flip.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import torch
from fastai.vision.all import (
    CategoryBlock,
    ColReader,
    ColSplitter,
    DataBlock,
    Flip,
    ImageBlock,
    Resize,
    Transform,
    accuracy,
    resnet18,
    set_seed,
    vision_learner,
)
from frozen_task import Watch, read_task, tell
from safetensors.torch import load_file

RATE = 2e-3
_BODY = {"conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"}


class EachByItself(Transform):
    """Mean 0 and standard deviation 1 within each picture."""

    order = 99

    def encodes(self, x: Any) -> Any:
        if not x.is_floating_point() or x.ndim != 4:
            return x
        x = x - x.mean((1, 2, 3), keepdim=True)
        return x / (x.std((1, 2, 3), keepdim=True) + 1e-3)


def begin_with_our_trunk(body: torch.nn.Module, directory: Path) -> None:
    """Give fastai's body the trunk of a model directory, tensor by tensor."""
    state = load_file(directory / "model.safetensors")
    trunk = {k.removeprefix("trunks.0.model."): v for k, v in state.items() if "trunks.0" in k}
    renamed = {}
    for key, value in trunk.items():
        first, _, rest = key.partition(".")
        renamed[f"{_BODY[first]}.{rest}"] = value.float() if value.is_floating_point() else value
    renamed["0.weight"] = renamed["0.weight"].expand(-1, 3, -1, -1) / 3  # grey, told three times
    body.load_state_dict(renamed)


task = read_task()
set_seed(task.seed, reproducible=True)
table = pd.DataFrame(
    [
        {"path": path, "grade": str(grade), "is_valid": part == "validation"}
        for part in ("train", "validation")
        for path, grade in task.parts[part]
    ]
)
watch = Watch()
loaders = DataBlock(
    blocks=(ImageBlock, CategoryBlock(vocab=["0", "1", "2", "3"])),
    get_x=ColReader("path"),
    get_y=ColReader("grade"),
    splitter=ColSplitter("is_valid"),
    item_tfms=Resize((task.height, task.width), method="squish"),
    batch_tfms=[Flip(), EachByItself()],
).dataloaders(table, bs=task.batch, num_workers=0, device="cpu")
learner = vision_learner(
    loaders, resnet18, pretrained=False, normalize=False, n_out=4, metrics=accuracy
)
begin_with_our_trunk(learner.model[0], task.start)
learner.freeze()
watch.lap()
with learner.no_bar(), learner.no_logging():
    learner.fit_one_cycle(task.epochs, RATE)
times = watch.stop()
with learner.no_bar(), learner.no_logging():
    test = loaders.test_dl(pd.DataFrame(task.parts["test"], columns=["path", "grade"]))
    p, _ = learner.get_preds(dl=test)
tell(times, p.tolist())
