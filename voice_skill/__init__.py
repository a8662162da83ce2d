"""A hands-free, offline voice assistant for a muscle cramp.

Importing the package imports no recognition or synthesis engine: those are opened when first needed.
"""

__version__ = "0.1.0"
