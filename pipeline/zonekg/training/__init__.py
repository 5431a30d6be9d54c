"""Training from spaCy's configs by a loop that goes on exactly where it was stopped."""

from zonekg.training.averaging import average
from zonekg.training.config import read_config
from zonekg.training.loop import Tick
from zonekg.training.publishing import publish
from zonekg.training.run import train
from zonekg.training.seeds import train_seeds

__all__ = ["Tick", "average", "publish", "read_config", "train", "train_seeds"]
