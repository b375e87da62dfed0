"""voiceos: an operating system without a screen."""

import os

__version__ = "0.1.0"

# ONNX Runtime reports to its maker, and Hugging Face's library to its own, unless told not to before they are imported;
# here every process of voiceos comes by, engines included.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

# NumPy's BLAS keeps threads that spin after each product, on the cores that the engines then want: encoding an
# utterance took half as long again (`OPENBLAS_NUM_THREADS=2 voiceos bench stt`). What voiceos multiplies with NumPy is
# small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
