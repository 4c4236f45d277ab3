"""Policy Lab: where ministries, regions and cities write integration policy together."""

__version__ = "0.1.0"
