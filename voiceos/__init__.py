"""voiceos: an operating system without a screen."""

__version__ = "0.1.0"
