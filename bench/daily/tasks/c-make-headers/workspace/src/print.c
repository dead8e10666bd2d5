#include "print.h"

#include <stdio.h>

void print(struct shape shape) { printf("%d sides, %.1f around\n", SIDES, circumference(shape)); }
