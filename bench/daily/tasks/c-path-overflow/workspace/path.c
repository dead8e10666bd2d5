#include "path.h"

#include <string.h>

int path_join(char *out, size_t size, const char *folder, const char *name) {
  size_t length = strlen(folder);
  if (length + strlen(name) > size) {
    out[0] = '\0';
    return -1;
  }
  strcpy(out, folder);
  if (length > 0 && folder[length - 1] != '/') strcat(out, "/");
  strcat(out, name);
  return 0;
}

int path_stem(char *out, size_t size, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr(name, '.');
  size_t length = dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
  if (length > size) {
    out[0] = '\0';
    return -1;
  }
  memcpy(out, name, length);
  out[length] = '\0';
  return 0;
}
