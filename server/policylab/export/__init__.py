"""Packages that outlive us: a frozen text with its annexes, in seven forms and two languages."""

from policylab.export.dossier import Dossier, ExportedFile
from policylab.export.rules import KINDS, MEDIA, Kind
from policylab.export.service import export, write

__all__ = ["KINDS", "MEDIA", "Dossier", "ExportedFile", "Kind", "export", "write"]
