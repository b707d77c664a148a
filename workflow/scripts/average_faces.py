"""Averages the test photographs of each group."""

from beholder.common.program import Input, Output, program
from beholder.common.tables import write_arrays
from beholder.explain.mean_face import average_faces
from beholder.explain.predict import read_test_images


@program
def main(settings: dict, test: Input, pixels: Input, faces: Output):
    """Write the mean test photograph of both groups."""
    write_arrays(faces, average_faces(*read_test_images(test, pixels)))


if __name__ == "__main__":
    main.run()
