"""Stage 2: detection, landmarks, pose, mask and crop; the choice of usable faces."""
