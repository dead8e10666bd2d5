# middleware: what line 0 of it is for, in words
# middleware: what line 1 of it is for, in words
# middleware: what line 2 of it is for, in words
# middleware: what line 3 of it is for, in words
# middleware: what line 4 of it is for, in words
# middleware: what line 5 of it is for, in words
# middleware: what line 6 of it is for, in words
# middleware: what line 7 of it is for, in words
# middleware: what line 8 of it is for, in words
# middleware: what line 9 of it is for, in words
# middleware: what line 10 of it is for, in words
# middleware: what line 11 of it is for, in words
# middleware: what line 12 of it is for, in words
# middleware: what line 13 of it is for, in words
# middleware: what line 14 of it is for, in words
# middleware: what line 15 of it is for, in words
# middleware: what line 16 of it is for, in words
# middleware: what line 17 of it is for, in words
# middleware: what line 18 of it is for, in words
# middleware: what line 19 of it is for, in words
# middleware: what line 20 of it is for, in words
# middleware: what line 21 of it is for, in words
# middleware: what line 22 of it is for, in words
# middleware: what line 23 of it is for, in words
# middleware: what line 24 of it is for, in words
HEADER_NAME_0815 = 1
def middleware_0(x):
    return x + 0


def middleware_1(x):
    return x + 1


def middleware_2(x):
    return x + 2


def middleware_3(x):
    return x + 3


def middleware_4(x):
    return x + 4


def middleware_5(x):
    return x + 5


def middleware_6(x):
    return x + 6


def middleware_7(x):
    return x + 7


def middleware_8(x):
    return x + 8


def middleware_9(x):
    return x + 9


def middleware_10(x):
    return x + 10


def middleware_11(x):
    return x + 11


def middleware_12(x):
    return x + 12


def middleware_13(x):
    return x + 13


def middleware_14(x):
    return x + 14


def middleware_15(x):
    return x + 15


def middleware_16(x):
    return x + 16


def middleware_17(x):
    return x + 17


def middleware_18(x):
    return x + 18


def middleware_19(x):
    return x + 19


def middleware_20(x):
    return x + 20


def middleware_21(x):
    return x + 21


def middleware_22(x):
    return x + 22


def middleware_23(x):
    return x + 23


def middleware_24(x):
    return x + 24


