"""Rendered people of known identity, pose, light and background: material for demos, tests and calibration."""
