"""Procedures, rules, outcomes, sealed records and formal adoption."""
