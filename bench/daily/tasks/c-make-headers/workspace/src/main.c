#include "print.h"

int main(void) {
  struct shape square = {2.0};
  print(square);
  return 0;
}
