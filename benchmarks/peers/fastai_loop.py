"""fastai's vision learner, all layers trained."""

from __future__ import annotations

from common import BATCH, DATA, RATE, SIZE, count, tell, timed
from fastai.vision.all import (
    Brightness,
    Flip,
    ImageDataLoaders,
    Normalize,
    Resize,
    accuracy,
    imagenet_stats,
    resnet18,
    vision_learner,
)

loaders = ImageDataLoaders.from_folder(
    DATA,
    train="train",
    valid="val",
    item_tfms=Resize(SIZE, method="squish"),
    batch_tfms=[Flip(), Brightness(max_lighting=0.2), Normalize.from_stats(*imagenet_stats)],
    bs=BATCH,
    num_workers=0,
    device="cpu",
)
learner = vision_learner(loaders, resnet18, pretrained=False, metrics=accuracy)
learner.unfreeze()
with learner.no_bar(), learner.no_logging():
    seconds = timed(lambda: learner.fit(1, RATE))
tell(images_per_s=count("train") / seconds)
