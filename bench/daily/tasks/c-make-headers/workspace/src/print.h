#ifndef PRINT_H
#define PRINT_H

#include "shape.h"

void print(struct shape shape);

#endif
