import base64
import struct

from diabolo.report.sections.plane import CELLS, plane
from diabolo.report.view import View


def test_the_plane_of_images_is_one_picture(of_digits: View):
    (mosaic,) = plane(of_digits).pictures
    png = base64.b64decode(mosaic.image.partition(",")[2])
    assert struct.unpack(">II", png[16:24]) == (8 * CELLS, 8 * CELLS)


def test_tables_have_none(of_people: View):
    assert plane(of_people) is None
