"""A Lightning module with the torchvision tutorial's data."""

from __future__ import annotations

import logging

import lightning
import timm
import torch
from common import BATCH, DATA, N_CLASSES, RATE, SIZE, count, tell, timed
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision import transforms as T

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
NORMAL = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
SQUARE = T.Resize((SIZE, SIZE))
TRAIN = T.Compose(
    [SQUARE, T.RandomHorizontalFlip(), T.ColorJitter(brightness=0.2), T.ToTensor(), NORMAL]
)
train = DataLoader(datasets.ImageFolder(str(DATA / "train"), TRAIN), BATCH, shuffle=True)
plain = T.Compose([SQUARE, T.ToTensor(), NORMAL])
val = DataLoader(datasets.ImageFolder(str(DATA / "val"), plain), BATCH)


class Grader(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.model = timm.create_model("resnet18", num_classes=N_CLASSES)
        self.criterion = torch.nn.CrossEntropyLoss()

    def training_step(self, batch, _):
        loss = self.criterion(self.model(batch[0]), batch[1])
        self.log("loss", loss)
        return loss

    def validation_step(self, batch, _):
        right = (self.model(batch[0]).argmax(1) == batch[1]).float().mean()
        self.log("accuracy", right)

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), RATE)


trainer = lightning.Trainer(
    max_epochs=1,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    num_sanity_val_steps=0,
)
module = Grader()
seconds = timed(lambda: trainer.fit(module, train, val))
tell(images_per_s=count("train") / seconds)
