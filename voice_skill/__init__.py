"""A hands-free, offline voice assistant for a muscle cramp.

Importing the package imports no recognition or synthesis engine: those are opened when first needed.
"""

import os

__version__ = "0.1.0"

# An older onnxruntime is asked for, but another program may bring its own: from 1.29 on it reports to its
# makers over the network unless this is set before it is loaded. No identifier of the machine is kept then,
# and nothing is sent (microsoft/onnxruntime, pull request 27379).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
