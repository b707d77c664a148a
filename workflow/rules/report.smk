"""Report: x.

Needs: x
Makes: x
Reads: x
"""
