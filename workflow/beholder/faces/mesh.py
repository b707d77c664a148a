"""Which of the 478 mesh points outline which part of a face.

Closed polygons of landmark indices. The oval, the brows (their two lines joined) and the mouth (the outer line of the
lips) are MediaPipe's own contours (`face_mesh_connections`). The others have none there and follow lines of the mesh;
the eyes include the lids.
Left and right are the person's own: the right eye is on the left of the image.
"""

FACE_OVAL = [
    10, 109, 67, 103, 54, 21, 162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379,
    365, 397, 288, 361, 323, 454, 356, 389, 251, 284, 332, 297, 338,
]  # fmt: skip
RIGHT_EYE = [
    130, 25, 110, 24, 23, 22, 26, 112, 243, 190, 56, 28, 27, 29, 30, 247,
]  # fmt: skip
LEFT_EYE = [
    359, 255, 339, 254, 253, 252, 256, 341, 463, 414, 286, 258, 257, 259, 260, 467,
]  # fmt: skip
RIGHT_BROW = [
    46, 53, 52, 65, 55, 107, 66, 105, 63, 70,
]  # fmt: skip
LEFT_BROW = [
    276, 283, 282, 295, 285, 336, 296, 334, 293, 300,
]  # fmt: skip
NOSE = [
    168, 122, 188, 114, 217, 198, 49, 129, 98, 97, 2, 326, 327, 358, 279, 420, 437, 343, 412, 351,
]  # fmt: skip
MOUTH = [
    0, 37, 39, 40, 185, 61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267,
]  # fmt: skip
FOREHEAD = [
    127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356, 300, 293, 334, 296, 336, 168, 107, 66,
    105, 63, 70,
]  # fmt: skip
JAW = [
    58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 291, 375, 321, 405, 314, 17, 84,
    181, 91, 146, 61,
]  # fmt: skip
RIGHT_CHEEK = [
    127, 234, 93, 132, 58, 61, 185, 40, 39, 37, 0, 2, 97, 98, 129, 49, 198, 217, 114, 188, 122, 168, 107, 66, 105,
    63, 70,
]  # fmt: skip
LEFT_CHEEK = [
    356, 454, 323, 361, 288, 291, 409, 270, 269, 267, 0, 2, 326, 327, 358, 279, 420, 437, 343, 412, 351, 168, 336,
    296, 334, 293, 300,
]  # fmt: skip

#: The parts of the face, in the order of painting: each covers those before it, so that painted parts never overlap;
#: together they fill the oval.
FACE_PARTS = {
    "cheeks": [RIGHT_CHEEK, LEFT_CHEEK],
    "forehead": [FOREHEAD],
    "jaw": [JAW],
    "nose": [NOSE],
    "mouth": [MOUTH],
    "eyes": [RIGHT_EYE, LEFT_EYE],
    "brows": [RIGHT_BROW, LEFT_BROW],
}

RIGHT_IRIS_CENTRE, LEFT_IRIS_CENTRE = 468, 473
