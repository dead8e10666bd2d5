import unittest

from shop import defaults
from shop.mail import render, style


class Check(unittest.TestCase):
    def test_extras(self):
        self.assertIn("Discount: 10%", render({"name": "A", "discount": 10}, "t"))
        self.assertEqual(render({"name": "B"}, "t"), "Hello B,\n\nt\n")
        self.assertEqual(render({"name": "C", "birthday": True}, "t"), "Hello C,\n\nt\nHappy birthday!\n")

    def test_colours(self):
        self.assertIn("h1 {color: red}", style({"colours": {"head": "red"}}))
        self.assertEqual(style({}), "h1 {color: navy} p {color: black}")

    def test_base_is_as_it_was(self):
        render({"name": "A", "discount": 5, "colours": {"text": "grey"}}, "t")
        self.assertEqual(defaults.BASE, {"greeting": "Hello", "extras": [],
                                         "colours": {"head": "navy", "text": "black"}})
