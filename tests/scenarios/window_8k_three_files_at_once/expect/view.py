# view: what line 0 of it is for, in words
# view: what line 1 of it is for, in words
# view: what line 2 of it is for, in words
# view: what line 3 of it is for, in words
# view: what line 4 of it is for, in words
# view: what line 5 of it is for, in words
# view: what line 6 of it is for, in words
# view: what line 7 of it is for, in words
# view: what line 8 of it is for, in words
# view: what line 9 of it is for, in words
# view: what line 10 of it is for, in words
# view: what line 11 of it is for, in words
# view: what line 12 of it is for, in words
# view: what line 13 of it is for, in words
# view: what line 14 of it is for, in words
# view: what line 15 of it is for, in words
# view: what line 16 of it is for, in words
# view: what line 17 of it is for, in words
# view: what line 18 of it is for, in words
# view: what line 19 of it is for, in words
# view: what line 20 of it is for, in words
# view: what line 21 of it is for, in words
# view: what line 22 of it is for, in words
# view: what line 23 of it is for, in words
# view: what line 24 of it is for, in words
ROUTE_NAME_1234 = 2
def view_0(x):
    return x + 0


def view_1(x):
    return x + 1


def view_2(x):
    return x + 2


def view_3(x):
    return x + 3


def view_4(x):
    return x + 4


def view_5(x):
    return x + 5


def view_6(x):
    return x + 6


def view_7(x):
    return x + 7


def view_8(x):
    return x + 8


def view_9(x):
    return x + 9


def view_10(x):
    return x + 10


def view_11(x):
    return x + 11


def view_12(x):
    return x + 12


def view_13(x):
    return x + 13


def view_14(x):
    return x + 14


def view_15(x):
    return x + 15


def view_16(x):
    return x + 16


def view_17(x):
    return x + 17


def view_18(x):
    return x + 18


def view_19(x):
    return x + 19


def view_20(x):
    return x + 20


def view_21(x):
    return x + 21


def view_22(x):
    return x + 22


def view_23(x):
    return x + 23


def view_24(x):
    return x + 24


