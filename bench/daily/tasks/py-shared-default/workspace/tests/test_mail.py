import unittest

from shop.mail import render


class MailTest(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(render({"name": "Kim"}, "Your parcel is on its way."),
                         "Hello Kim,\n\nYour parcel is on its way.\n")
