"""A case and what every change in AWS goes through: intent, call, outcome, and the proof of who made it."""
