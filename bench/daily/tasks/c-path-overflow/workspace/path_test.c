#include "path.h"

#include <stdio.h>
#include <string.h>

int main(void) {
  char out[32];
  if (path_join(out, sizeof out, "/usr", "bin") != 0 || strcmp(out, "/usr/bin") != 0) return 1;
  if (path_join(out, sizeof out, "/usr/", "bin") != 0 || strcmp(out, "/usr/bin") != 0) return 1;
  if (path_stem(out, sizeof out, "/tmp/report.txt") != 0 || strcmp(out, "report") != 0) return 1;
  puts("all good");
  return 0;
}
