"""How long a test waits for what must come."""

PATIENCE = 90.0
"""Seconds; it comes sooner, but for a defect, or on a machine that has much else to do."""
