#include "path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect(int holds, const char *what) {
  if (holds) return;
  printf("FAILED: %s\n", what);
  exit(1);
}

/* Each size gets a block of exactly that size, so that the sanitizer sees one byte too many. */
static void all_sizes(const char *folder, const char *name, const char *joined, const char *stem) {
  for (size_t size = 0; size < strlen(joined) + 3; size++) {
    char *out = malloc(size ? size : 1);
    char *place = size ? out : NULL;
    if (size) out[0] = '?';
    int code = path_join(place, size, folder, name);
    expect(code == (size > strlen(joined) ? 0 : -1), "what path_join returns");
    if (size) expect(strcmp(out, code == 0 ? joined : "") == 0, "what path_join writes");
    if (size) out[0] = '?';
    code = path_stem(place, size, joined);
    expect(code == (size > strlen(stem) ? 0 : -1), "what path_stem returns");
    if (size) expect(strcmp(out, code == 0 ? stem : "") == 0, "what path_stem writes");
    free(out);
  }
}

int main(void) {
  all_sizes("a/b", "name.c", "a/b/name.c", "name");
  all_sizes("a/b/", "name.tar.gz", "a/b/name.tar.gz", "name.tar");
  all_sizes("", "name", "name", "name");
  all_sizes("/", ".profile", "/.profile", ".profile");
  all_sizes("x", "", "x/", "");
  puts("check: all good");
  return 0;
}
