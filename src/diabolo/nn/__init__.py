"""Network blocks and the frozen specs that build them; nothing here knows of losses or data."""

from diabolo.nn.conv import Conv
from diabolo.nn.dense import Dense
from diabolo.nn.modules import Modules
from diabolo.nn.readout import Readout, ridge
from diabolo.nn.residual import Residual
from diabolo.nn.unet import UNet

__all__ = ["Conv", "Dense", "Modules", "Readout", "Residual", "UNet", "ridge"]
