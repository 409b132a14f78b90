"""The torchvision tutorial's loop, as it is or tuned with bf16 and channels_last."""

from __future__ import annotations

import timm
import torch
from common import BATCH, BFLOAT16, DATA, N_CLASSES, RATE, SIZE, count, tell, timed
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision import transforms as T

NORMAL = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
SQUARE = T.Resize((SIZE, SIZE))
TRAIN = T.Compose(
    [SQUARE, T.RandomHorizontalFlip(), T.ColorJitter(brightness=0.2), T.ToTensor(), NORMAL]
)
train = DataLoader(datasets.ImageFolder(str(DATA / "train"), TRAIN), BATCH, shuffle=True)
plain = T.Compose([SQUARE, T.ToTensor(), NORMAL])
val = DataLoader(datasets.ImageFolder(str(DATA / "val"), plain), BATCH)
model = timm.create_model("resnet18", num_classes=N_CLASSES)
layout = torch.channels_last if BFLOAT16 else torch.contiguous_format
model = model.to(memory_format=layout)
optimizer = torch.optim.AdamW(model.parameters(), RATE)
criterion = torch.nn.CrossEntropyLoss()


def epoch() -> None:
    model.train()
    running = 0.0
    for x, y in train:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
            out = model(x.contiguous(memory_format=layout))
        loss = criterion(out.float(), y)
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    right = 0
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
        for x, y in val:
            right += int((model(x.contiguous(memory_format=layout)).argmax(1) == y).sum())


tell(images_per_s=count("train") / timed(epoch))
