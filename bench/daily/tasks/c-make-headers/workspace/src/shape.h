#ifndef SHAPE_H
#define SHAPE_H

#define SIDES 4

struct shape {
  double side;
};

double circumference(struct shape shape);

#endif
