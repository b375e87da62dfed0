"""Settings: typed, frozen, from files, environment and flags; the only reader of those.

loaded = config.load()
loaded.settings.stt.model     # "faster-whisper-base"
loaded.origin("stt.model")    # "default"
"""

from voiceos.config.files import Places, user_file
from voiceos.config.keys import KEYS, Key
from voiceos.config.layers import Problem
from voiceos.config.load import Loaded, check, load
from voiceos.config.model import VERSION, Settings

__all__ = ["KEYS", "VERSION", "Key", "Loaded", "Places", "Problem", "Settings", "check", "load", "user_file"]
