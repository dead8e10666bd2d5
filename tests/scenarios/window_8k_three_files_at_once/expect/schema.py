# schema: what line 0 of it is for, in words
# schema: what line 1 of it is for, in words
# schema: what line 2 of it is for, in words
# schema: what line 3 of it is for, in words
# schema: what line 4 of it is for, in words
# schema: what line 5 of it is for, in words
# schema: what line 6 of it is for, in words
# schema: what line 7 of it is for, in words
# schema: what line 8 of it is for, in words
# schema: what line 9 of it is for, in words
# schema: what line 10 of it is for, in words
# schema: what line 11 of it is for, in words
# schema: what line 12 of it is for, in words
# schema: what line 13 of it is for, in words
# schema: what line 14 of it is for, in words
# schema: what line 15 of it is for, in words
# schema: what line 16 of it is for, in words
# schema: what line 17 of it is for, in words
# schema: what line 18 of it is for, in words
# schema: what line 19 of it is for, in words
# schema: what line 20 of it is for, in words
# schema: what line 21 of it is for, in words
# schema: what line 22 of it is for, in words
# schema: what line 23 of it is for, in words
# schema: what line 24 of it is for, in words
FIELD_NAME_4711 = 2
def schema_0(x):
    return x + 0


def schema_1(x):
    return x + 1


def schema_2(x):
    return x + 2


def schema_3(x):
    return x + 3


def schema_4(x):
    return x + 4


def schema_5(x):
    return x + 5


def schema_6(x):
    return x + 6


def schema_7(x):
    return x + 7


def schema_8(x):
    return x + 8


def schema_9(x):
    return x + 9


def schema_10(x):
    return x + 10


def schema_11(x):
    return x + 11


def schema_12(x):
    return x + 12


def schema_13(x):
    return x + 13


def schema_14(x):
    return x + 14


def schema_15(x):
    return x + 15


def schema_16(x):
    return x + 16


def schema_17(x):
    return x + 17


def schema_18(x):
    return x + 18


def schema_19(x):
    return x + 19


def schema_20(x):
    return x + 20


def schema_21(x):
    return x + 21


def schema_22(x):
    return x + 22


def schema_23(x):
    return x + 23


def schema_24(x):
    return x + 24


