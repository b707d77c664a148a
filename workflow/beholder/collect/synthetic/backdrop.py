"""What is behind people: a cluttered place, or a studio's plain backdrop."""

import cv2
import numpy as np

_SIDE = 200  # pixels of the longer side in which a place is drawn before it is enlarged


def clutter(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return an out-of-focus place with many things: float32 [height, width, 3] RGB 0..255."""
    width, height = (max(int(side * _SIDE / max(size)), 8) for side in size)
    picture = _gradient((width, height), _colour(rng), _colour(rng))
    draw = (_boxes, _foliage, _lamps, _street)[rng.integers(4)]
    draw(picture, rng)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 3.5))
    grain = rng.normal(0, 6, (height // 3 + 1, width // 3 + 1)).astype(np.float32)
    picture = picture + cv2.resize(grain, (width, height))[..., None]
    return np.clip(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), 0, 255)


def studio(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a plain backdrop, brighter in the middle: float32 [height, width, 3] RGB 0..255."""
    width, height = size
    colour = rng.uniform(110, 200) + rng.uniform(-18, 18, 3)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distance = ((x / width - rng.uniform(0.35, 0.65)) ** 2 + (y / height - 0.4) ** 2)[..., None]
    mottle = cv2.resize(rng.normal(0, 4, (6, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)[..., None]
    return np.clip(colour.astype(np.float32) * (1.1 - 0.7 * distance) + mottle, 0, 255)


def _gradient(size: tuple[int, int], top: tuple[float, ...], bottom: tuple[float, ...]) -> np.ndarray:
    share = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
    return np.repeat(np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share, size[0], axis=1)


def _colour(rng: np.random.Generator) -> tuple[float, ...]:
    grey = rng.uniform(15, 240)
    return tuple(np.clip(grey + rng.normal(0, 28, 3), 0, 255).tolist())


def _boxes(picture: np.ndarray, rng: np.random.Generator) -> None:
    """Shelves, frames and furniture."""
    height, width = picture.shape[:2]
    for _ in range(rng.integers(25, 60)):
        x, y = rng.integers(-20, width), rng.integers(-20, height)
        w, h = rng.integers(5, 50), rng.integers(8, 60)
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), _colour(rng), -1)
    for y in rng.integers(0, height, 3):
        cv2.line(picture, (0, int(y)), (width, int(y)), _colour(rng), 3)


def _foliage(picture: np.ndarray, rng: np.random.Generator) -> None:
    """Leaves, trunks and sky between them."""
    height, width = picture.shape[:2]
    for _ in range(rng.integers(3, 7)):
        x = int(rng.integers(0, width))
        cv2.line(picture, (x, height), (x + int(rng.integers(-25, 25)), 0), (70, 50, 35), int(rng.integers(2, 10)))
    for _ in range(220):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (int(rng.integers(3, 16)), int(rng.integers(2, 8)))
        green = (rng.uniform(20, 150), rng.uniform(60, 190), rng.uniform(15, 90))
        cv2.ellipse(picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, green, -1)


def _lamps(picture: np.ndarray, rng: np.random.Generator) -> None:
    """Lights far out of focus in the dark."""
    picture *= 0.35
    height, width = picture.shape[:2]
    for _ in range(rng.integers(30, 70)):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        radius = int(rng.integers(3, 14))
        left, top = max(centre[0] - radius, 0), max(centre[1] - radius, 0)
        area = (slice(top, centre[1] + radius + 1), slice(left, centre[0] + radius + 1))
        spot = np.zeros_like(picture[area])
        cv2.circle(spot, (centre[0] - left, centre[1] - top), radius, _colour(rng), -1)
        picture[area] += 0.5 * spot


def _street(picture: np.ndarray, rng: np.random.Generator) -> None:
    """House fronts with windows."""
    height, width = picture.shape[:2]
    x = -int(rng.integers(0, 20))
    while x < width:
        w, top = int(rng.integers(25, 70)), int(rng.integers(0, height // 2))
        cv2.rectangle(picture, (x, top), (x + w, height), _colour(rng), -1)
        window, step = _colour(rng), int(rng.integers(9, 18))
        for wy in range(top + 5, height, step):
            for wx in range(x + 4, x + w - 5, step):
                cv2.rectangle(picture, (wx, wy), (wx + step // 2, wy + step // 2), window, -1)
        x += w + int(rng.integers(0, 8))
