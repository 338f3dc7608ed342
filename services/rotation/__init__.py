"""A key replaced without a gap: a second one made, imported, the old one switched off, watched, deleted."""
