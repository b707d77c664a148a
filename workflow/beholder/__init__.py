"""Beholder: train the eye, then measure where it looks."""
