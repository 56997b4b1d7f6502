"""python -m unittest: the pixels are the learner's."""

import base64
import json
import pathlib
import unittest

from pictures import PREPROCESSING, planes

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "preprocessing.json").read_text())


class Pictures(unittest.TestCase):
    def test_golden(self):
        self.assertEqual(GOLDEN["preprocessing"], PREPROCESSING)
        for picture in GOLDEN["pictures"]:
            with self.subTest(picture["what"]):
                ours = planes(base64.b64decode(picture["image"]), (GOLDEN["size"], GOLDEN["size"]))
                right = base64.b64decode(picture["planes"])
                self.assertEqual(len(ours), len(right))
                self.assertLessEqual(max(abs(a - b) for a, b in zip(ours, right)), picture["tolerance"])


if __name__ == "__main__":
    unittest.main()
